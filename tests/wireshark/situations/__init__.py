# SPDX-License-Identifier: GPL-2.0-or-later
"""Situations that people ask about: what is on the wire, why, and the verdict on each frame."""
from situations import answers, clients, probes, responses, servers, tails  # noqa: F401  (importing registers)
from situations.story import SITUATIONS  # noqa: F401
