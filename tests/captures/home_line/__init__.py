# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the synthetic home line; make_home_line.py puts them together."""
