# Copyright 2026 the Scan Noise developers
# SPDX-License-Identifier: GPL-2.0-or-later
"""Situations that people ask about: what is on the wire, why, and the verdict on each frame."""
# noqa: F401 below: to import a module registers its situations.
from situations import answers, clients, everyday, limits, probes, responses, servers, tails  # noqa: F401
from situations.story import SITUATIONS  # noqa: F401
