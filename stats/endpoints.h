/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* endpoints.h: scanners in Wireshark's Endpoints window, scanner → target in its Conversations
 * window, and tshark -z endpoints,scannoise and -z conv,scannoise. */
#ifndef SN_ENDPOINTS_H
#define SN_ENDPOINTS_H

/** Registers both tables for the protocol. Call while Wireshark registers protocols. */
void sn_endpoints_register(int proto);

#endif
