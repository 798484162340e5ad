//! Other protocols on a connection that should carry SMPP, known by their first octets: the usual reason for an absurd
//! command_length.

/// Another protocol that begins with these octets.
#[must_use]
pub(super) const fn protocol(octets: &[u8]) -> Option<&'static str> {
    Some(match octets {
        [0x16, 0x03, 0x00..=0x04, ..] => "a TLS handshake record",
        [0x14 | 0x15 | 0x17, 0x03, 0x00..=0x04, ..] => "a TLS record",
        [b'H', b'T', b'T', b'P', ..] => "an HTTP response",
        [b'G', b'E', b'T', b' ', ..] => "an HTTP GET request",
        [b'P', b'O', b'S', b'T', ..] => "an HTTP POST request",
        [b'P', b'U', b'T', b' ', ..] | [b'H', b'E', b'A', b'D', ..] | [b'O', b'P', b'T', b'I', ..] => {
            "an HTTP request"
        }
        [b'A', b'M', b'Q', b'P', ..] => "an AMQP header",
        [b'S', b'S', b'H', b'-', ..] => "an SSH greeting",
        [0x03, 0x00, 0x00, ..] => "a TPKT header, as RDP has",
        [b'2', b'2', b'0', b' ', ..] => "a greeting of SMTP or FTP",
        [b'P', b'R', b'O', b'X', ..] | [0x0d, 0x0a, 0x0d, 0x0a, ..] => "a PROXY protocol header",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_protocols_are_known_by_their_first_octets() {
        for (octets, name) in [
            (&b"HTTP/1.1 200"[..], "an HTTP response"),
            (b"GET / HTTP/1.1", "an HTTP GET request"),
            (b"\x16\x03\x01\x02\x00", "a TLS handshake record"),
            (b"SSH-2.0-x", "an SSH greeting"),
            (b"AMQP\0\0\x09\x01", "an AMQP header"),
            (b"\x03\x00\x00\x13\x0e", "a TPKT header, as RDP has"),
        ] {
            assert_eq!(protocol(octets), Some(name));
        }
        assert_eq!(protocol(&[0, 0, 0, 16, 0, 0, 0, 0x15]), None);
    }
}
