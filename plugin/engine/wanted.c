/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "wanted.h"

/* A port is here when it has no service at IANA, or another one than what is attacked there; with who reported
 * that it is attacked. Ordered by port. */
static const struct {
    sn_transport_t transport;
    uint16_t port;
    const char *what;
} wanted[] = {
    /* CVE-2017-8225 */
    {SN_TRANSPORT_TCP, 81, "IP cameras (GoAhead)"},
    /* US-CERT TA13-207A */
    {SN_TRANSPORT_UDP, 623, "IPMI"},
    /* https://isc.sans.edu/data/port.html?port=2222 */
    {SN_TRANSPORT_TCP, 2222, "SSH"},
    /* Antonakakis et al., "Understanding the Mirai Botnet", USENIX Security 2017 */
    {SN_TRANSPORT_TCP, 2323, "Telnet"},
    /* https://blog.netlab.360.com/early-warning-adb-miner-a-mining-botnet-utilizing-android-adb-is-now-rapidly-spreading-en/
     */
    {SN_TRANSPORT_TCP, 5555, "Android Debug Bridge"},
    /* CVE-2018-1002105 */
    {SN_TRANSPORT_TCP, 6443, "Kubernetes"},
    /* CVE-2019-2725 */
    {SN_TRANSPORT_TCP, 7001, "Oracle WebLogic"},
    /* https://isc.sans.edu/diary/21763 */
    {SN_TRANSPORT_TCP, 7547, "TR-069, home routers"},
    /* https://blog.radware.com/security/2018/10/new-demonbot-discovered/ */
    {SN_TRANSPORT_TCP, 8088, "Hadoop YARN"},
    /* CVE-2018-14847 */
    {SN_TRANSPORT_TCP, 8291, "MikroTik Winbox"},
    /* CVE-2015-1427 */
    {SN_TRANSPORT_TCP, 9200, "Elasticsearch"},
    /* CVE-2020-22253 */
    {SN_TRANSPORT_TCP, 9530, "Xiongmai recorders"},
    /* https://www.rapid7.com/blog/post/2019/02/01/ubiquiti-discovery-service-exposures/ */
    {SN_TRANSPORT_UDP, 10001, "Ubiquiti discovery"},
    /* CERT/CC VU#362332 */
    {SN_TRANSPORT_UDP, 17185, "VxWorks debugger"},
    /* CVE-2014-0659 */
    {SN_TRANSPORT_TCP, 32764, "SerComm routers"},
    /* CVE-2017-17215 */
    {SN_TRANSPORT_TCP, 37215, "Huawei HG532 routers"},
    /* CVE-2014-8361 */
    {SN_TRANSPORT_TCP, 52869, "Realtek UPnP"},
    /* https://www.trendmicro.com/en_us/research/14/h/netis-routers-leave-wide-open-backdoor.html */
    {SN_TRANSPORT_UDP, 53413, "Netis routers"},
    /* CVE-2016-20016 */
    {SN_TRANSPORT_TCP, 60001, "MVPower recorders"},
};

const char *sn_wanted_at(sn_transport_t transport, uint16_t port)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (wanted[i].port == port && wanted[i].transport == transport)
            return wanted[i].what;
    return NULL;
}
