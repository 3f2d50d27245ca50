// Package capture verifies what a packet capture carries of Bitcoin's peer-to-peer protocol.
//
// It reads .pcap and .pcapng files, puts TCP streams together, also those whose beginning is missing, and pulls
// the messages out of them: of any network, with a good checksum, found again after a gap or other bytes. Blocks,
// headers and transactions are given to package bitcoin; there a transaction's inputs can be checked if the
// transactions that they spend from are in the capture before them. The rules are those of the time at which
// the packets were seen.
//
// Whatever is no Bitcoin message is counted as not checkable: a capture in which nothing was checked says so.
// Nothing in it is counted as valid because it could not be read.
//
// Memory is bounded: packets that arrive out of order are kept in a limited number of pages, messages are no
// longer than the protocol lets them be, and lengths are checked before anything is allocated.
package capture
