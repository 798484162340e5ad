//! What networks and captures do to frames between the sender and the file.

use std::collections::HashMap;

use super::Rng;
use super::tcp::{FIN, Frame, RST, index, retransmission};
use crate::tcp::Side;

/// Effects on a list of frames in capture order. Shares are per mille of the segments that carry octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effects {
    /// Segments that are captured later than they were sent, so that others, also the acknowledgement, overtake
    /// them.
    pub displaced: u32,
    /// Nanoseconds by which they are late, at most. Beyond 200 ms, analysers give an acknowledged hole up.
    pub displaced_by: i64,
    /// Segments that are sent again although they were captured, whole or in part.
    pub retransmitted: u32,
    /// Nanoseconds after which, at most.
    pub retransmitted_after: i64,
    /// Frames (also those without octets) that are captured twice, within 20 µs.
    pub duplicated: u32,
    /// Segments that the capture missed; their receivers have them.
    pub lost: u32,
    /// Frames missing at the start.
    pub missed_at_start: usize,
    /// The only side that was captured.
    pub one_sided: Option<Side>,
}

impl Effects {
    /// Applies the effects; `frames` stay ordered by time.
    pub fn apply(&self, frames: &mut Vec<Frame>, rng: &mut Rng) {
        if let Some(side) = self.one_sided {
            frames.retain(|frame| frame.side == side);
        }
        frames.drain(..self.missed_at_start.min(frames.len()));
        let last = last_times(frames);
        let mut again = Vec::new();
        let mut ip_id = 0x8000_u16;
        for frame in frames.iter_mut().filter(|frame| frame.len > 0) {
            // Later than the end of the connection nobody would expect them.
            let latest = last.get(&(frame.connection, index(frame.side))).map_or(i64::MAX, |end| end - 1_000);
            if rng.chance(self.displaced) {
                let at = frame.at + rng.between(1, self.displaced_by.max(1));
                frame.at = frame.at.max(at.min(latest));
            }
            if rng.chance(self.retransmitted) {
                let at = frame.at + 1_000 + rng.between(1, self.retransmitted_after.max(1));
                if at < latest {
                    let from = if rng.chance(300) { rng.below(u64::from(frame.len)) as u32 } else { 0 };
                    ip_id = ip_id.checked_add(1).unwrap_or(1);
                    again.push(Frame { at, ..retransmission(frame, from, frame.len, ip_id) });
                }
            }
        }
        frames.extend(again);
        let twice: Vec<_> = frames
            .iter()
            .filter(|_| rng.chance(self.duplicated))
            .map(|frame| Frame { at: frame.at + 20_000, ..frame.clone() })
            .collect();
        frames.extend(twice);
        frames.sort_by_key(|frame| frame.at);
        if self.lost > 0 {
            frames.retain(|frame| frame.len == 0 || !rng.chance(self.lost));
        }
    }
}

/// When each side's connection ended for it: its own FIN, or a RST of either.
fn last_times(frames: &[Frame]) -> HashMap<(usize, usize), i64> {
    let mut last = HashMap::new();
    for frame in frames {
        if frame.flags & (FIN | RST) != 0 {
            last.entry((frame.connection, index(frame.side))).or_insert(frame.at);
        }
        if frame.flags & RST != 0 {
            last.entry((frame.connection, index(frame.side.other()))).or_insert(frame.at);
        }
    }
    last
}

/// Times as a file with this resolution (nanoseconds) holds them.
pub fn quantise(frames: &mut [Frame], resolution: i64) {
    for frame in frames {
        frame.at -= frame.at.rem_euclid(resolution.max(1));
    }
}
