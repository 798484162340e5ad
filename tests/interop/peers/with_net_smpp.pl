# Net::SMPP (Perl) as the peer. See ../run.py for what it is told and what it tells.
use strict;
use warnings;
use utf8;

use Encode qw(encode);
use JSON::PP;
use Net::SMPP;
use Time::HiRes qw(time);

$SIG{ALRM} = sub { die "not done after 20 s\n" };
alarm 20;

my $told = decode_json($ARGV[0]);
my (%answers, %receipts);
# Without enquire_interval, which would set the alarm to another time.
my $smpp = Net::SMPP->new_connect(
    '127.0.0.1',
    port => $told->{port}, smpp_version => 0x34, async => 1, enquire_interval => 0,
    source_addr_ton => 1, source_addr_npi => 1, source_addr => $told->{source},
    dest_addr_ton => 1, dest_addr_npi => 1,
) or die "connect: $!";

# Handles one PDU; a wait for one that is not the next loses those that come before.
sub turn {
    my $pdu = $smpp->read_pdu() or die "connection closed\n";
    if ($pdu->{cmd} == Net::SMPP::CMD_enquire_link) {
        $smpp->enquire_link_resp(seq => $pdu->{seq});
    } elsif ($pdu->{cmd} == Net::SMPP::CMD_deliver_sm) {
        my ($id, $stat) = $pdu->{short_message} =~ /^id:(\S+).*stat:(\w{7})/;
        $receipts{$id} = $stat;
        $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
    } else {
        $answers{$pdu->{seq}} = $pdu;
    }
}

sub answer {
    my $seq = shift;
    turn() until exists $answers{$seq};
    return $answers{$seq};
}

sub submit {
    my ($destination, %more) = @_;
    return answer($smpp->submit_sm(destination_addr => $destination, registered_delivery => 1, %more));
}

my $bound = answer($smpp->bind_transceiver(
    system_id => $told->{system_id}, password => $told->{password}, interface_version => 0x34,
));
my %ids;
$ids{plain} = [submit($told->{destination}, short_message => $told->{plain})->{message_id}];
# The library puts no messages into parts.
my @parts = $told->{long} =~ /(.{1,153})/gs;
for my $part (1 .. @parts) {
    my $header = pack 'C6', 5, 0, 3, 42, scalar @parts, $part;
    my $answer = submit($told->{destination}, esm_class => 0x40, short_message => $header . $parts[$part - 1]);
    push @{$ids{long}}, $answer->{message_id};
}
my $text = encode('UTF-16BE', $told->{ucs2});
$ids{ucs2} = [submit($told->{destination}, data_coding => 8, short_message => $text)->{message_id}];
my $failed = submit($told->{failing}, short_message => $told->{plain})->{status};
turn() while keys %receipts < 5;
my $query = answer($smpp->query_sm(message_id => $ids{plain}[0]));
my $enquired = answer($smpp->enquire_link());
# Until then what the SMSC asks is answered.
my $until = time + $told->{linger};
while ((my $left = $until - time) > 0) {
    my $readable = '';
    vec($readable, fileno($smpp), 1) = 1;
    turn() if select($readable, undef, undef, $left);
}
my $unbound = answer($smpp->unbind());
print encode_json({
    bound => $bound->{status} == 0 ? JSON::PP::true : JSON::PP::false,
    ids => \%ids,
    failed => $failed,
    receipts => \%receipts,
    query => $query->{message_state},
    enquired => $enquired->{status} == 0 ? JSON::PP::true : JSON::PP::false,
    unbound => $unbound->{status} == 0 ? JSON::PP::true : JSON::PP::false,
}), "\n";
