//! The last frames of a side, to know one that was captured twice.

use super::Arrival;
use crate::decap::Flags;

const RECENT: usize = 8;

/// Nanoseconds within which, or twice as many, a frame without an identification is taken for the same one.
const AT_ONCE: i64 = 500_000;

/// An odd number with bits everywhere (2^64 over the golden ratio).
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// Fingerprints of the last [`RECENT`] frames.
#[derive(Debug, Default)]
pub(super) struct Recent {
    fingerprints: [u64; RECENT],
    /// Place of the oldest.
    next: usize,
}

impl Recent {
    /// Whether the same frame came before: same IP identification, numbers and length. A retransmission is a new
    /// packet and has a new identification. Without one (IPv6, or hosts that send 0) the same numbers within
    /// [`AT_ONCE`] are the same frame, for nobody sends again so soon; only acknowledgements without octets may be
    /// repeated at once, so those count as seen twice where others were.
    pub(super) fn seen_before(&mut self, arrival: &Arrival, twice: bool) -> bool {
        // One word stands for all: equal ones are equal frames but for a chance of one in 2^64, and 0, an empty
        // entry, is none.
        let words = u64::from(arrival.sequence) << 32 | u64::from(arrival.acknowledgement);
        let rest = u64::from(arrival.wire_len) << 16 | u64::from(arrival.flags.0) << 48;
        let fingerprint = |rest: u64| (words.wrapping_mul(MIX) ^ rest.wrapping_mul(MIX.rotate_left(29))) | 1;
        let fingerprint = match arrival.ip_id.filter(|&id| id != 0) {
            Some(id) => {
                let fingerprint = fingerprint(rest | u64::from(id));
                if self.fingerprints.contains(&fingerprint) {
                    return true;
                }
                fingerprint
            }
            None => {
                let opens_or_ends = arrival.flags.0 & (Flags::SYN | Flags::FIN | Flags::RST);
                if arrival.wire_len == 0 && opens_or_ends == 0 && !twice {
                    return false;
                }
                let rest = rest | u64::from(arrival.window);
                let moment = arrival.at.nanos().div_euclid(AT_ONCE).cast_unsigned();
                let at = |moment: u64| fingerprint(rest ^ moment.wrapping_mul(MIX));
                let now = at(moment);
                if self.fingerprints.contains(&now) || self.fingerprints.contains(&at(moment.wrapping_sub(1)))
                {
                    return true;
                }
                now
            }
        };
        if let Some(oldest) = self.fingerprints.get_mut(self.next) {
            *oldest = fingerprint;
        }
        self.next = self.next.wrapping_add(1) & (RECENT - 1);
        false
    }
}
