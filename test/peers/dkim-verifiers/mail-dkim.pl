# Verifies the message on standard input by Mail::DKIM, as mail servers in Perl do:
#
#     perl mail-dkim.pl dkim|arc < message
#
# Ends with 0 for a message that passes, with 1 and the reason for one that does not.

use strict;
use warnings;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::Verifier;

my $kind = shift // '';
my $verifier
    = $kind eq 'dkim' ? Mail::DKIM::Verifier->new
    : $kind eq 'arc'  ? Mail::DKIM::ARC::Verifier->new
    :                   die "usage: mail-dkim.pl dkim|arc < message\n";

binmode STDIN;
while ( read STDIN, my $piece, 65536 ) {
    $verifier->PRINT($piece);
}
$verifier->CLOSE;

my @results
    = $kind eq 'dkim'
    ? map { $_->result_detail } $verifier->signatures
    : $verifier->result_detail;
my @bad = grep { !/^pass/ } @results;
exit 0 if @results && !@bad;
print STDERR 'verification failed: ', ( join ', ', @bad ) || 'nothing to verify', "\n";
exit 1;
