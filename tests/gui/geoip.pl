# SPDX-License-Identifier: GPL-2.0-or-later
# perl geoip.pl FILE: a MaxMind database for a test. Countries and systems are invented: XA and XB are
# codes for private use.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my %networks = (
    '198.18.0.0/16' => [ 'XA', 'Testland',  64496, 'First test system' ],
    '198.19.0.0/16' => [ 'XB', 'Otherland', 64497, 'Second test system' ],
);
my %types = (
    country => 'map', names => 'map', en => 'utf8_string', iso_code => 'utf8_string',
    autonomous_system_number => 'uint32', autonomous_system_organization => 'utf8_string',
    location => 'map', latitude => 'double', longitude => 'double',
);

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version => 6, record_size => 24, database_type => 'Scan-Noise-Test', languages => ['en'],
    description => { en => 'Made for a test' }, remove_reserved_networks => 0,
    map_key_type_callback => sub { $types{ $_[0] } },
);
for my $network (keys %networks) {
    my ($code, $name, $system, $organisation) = @{ $networks{$network} };
    $tree->insert_network($network, {
        country => { iso_code => $code, names => { en => $name } },
        autonomous_system_number => $system, autonomous_system_organization => $organisation,
        location => { latitude => 1, longitude => 2 },    # Wireshark shows nothing without
    });
}
open my $file, '>:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
$tree->write_tree($file);
