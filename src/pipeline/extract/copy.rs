//! Frames copied as they are.

use std::collections::HashSet;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::comments::Comments;
use super::frames::Frames;
use crate::capture::{Block, Capture, Frame};
use crate::decap::{Decap, Limits as FragmentLimits};
use crate::extract::Writer;
use crate::pipeline::threads::BLOCK;
use crate::pipeline::{Progress, Settings};
use crate::tcp::Flows;

/// Frames with fragments of IP packets that are kept, at most.
const MOST_FRAGMENTS: usize = 4 << 20;

/// The frames that hold the fragments of those that are kept: they stand before the frame that completes their packet.
/// With how many found no room.
pub(super) fn fragments(
    capture: Capture,
    settings: &Settings,
    frames: &Frames,
    progress: &mut Progress<'_>,
) -> (HashSet<u64>, u64) {
    let (mut found, mut left_out) = (HashSet::new(), 0);
    let _ = each(capture, settings, frames, progress, |_, _, parts, is_kept| {
        for part in parts.iter().filter(|_| is_kept) {
            if found.len() < MOST_FRAGMENTS {
                found.insert(*part);
            } else {
                left_out += 1;
            }
        }
        Ok(())
    });
    (found, left_out)
}

/// Copies the frames that are kept, and `fragments`, in the order of the capture, each as it is; how many.
pub(super) fn copy<W: Write>(
    capture: Capture,
    settings: &Settings,
    (frames, fragments): (&Frames, &HashSet<u64>),
    comments: &mut Comments,
    writer: &mut Writer<W>,
    progress: &mut Progress<'_>,
) -> io::Result<u64> {
    let mut interfaces: Vec<(String, u16, u32)> = Vec::new();
    let mut packets = 0;
    each(capture, settings, frames, progress, |capture, frame, _, is_kept| {
        if !is_kept && !fragments.contains(&frame.number) {
            return Ok(());
        }
        let file = capture.place(frame.number).map(|(file, _)| file);
        let described = file.and_then(|file| file.interfaces.get(usize::from(frame.interface)));
        let name = described.and_then(|interface| interface.name.as_deref());
        let name = name.or_else(|| file.map(|file| file.path.as_str())).unwrap_or_default();
        let snaplen = described.map_or(0, |interface| interface.snaplen);
        let is_it = |(known, link, most): &(String, u16, u32)| {
            known == name && *link == frame.link.0 && *most == snaplen
        };
        let interface = match interfaces.iter().position(is_it) {
            Some(interface) => interface,
            None => {
                writer.interface(frame.link.0, snaplen, name)?;
                interfaces.push((name.to_owned(), frame.link.0, snaplen));
                interfaces.len() - 1
            }
        };
        packets += 1;
        let interface = crate::num::short(interface);
        writer.packet_of(interface, frame.at, frame.octets, frame.original_len, &comments.take(frame.number))
    })?;
    Ok(packets)
}

/// Hands out the frames of a capture, those of which a packet was put together, and whether the frame is kept.
fn each(
    mut capture: Capture,
    settings: &Settings,
    frames: &Frames,
    progress: &mut Progress<'_>,
    mut take: impl FnMut(&Capture, &Frame<'_>, &[u64], bool) -> io::Result<()>,
) -> io::Result<()> {
    let mut decap = Decap::new(settings.verify_checksums, FragmentLimits::default());
    let mut flows = Flows::new(Flows::DEFAULT_LIMIT, &settings.ports);
    let mut block = Block::with_capacity(BLOCK);
    while !settings.interrupt.load(Ordering::Relaxed) && capture.read_block(&mut block) {
        for frame in block.frames() {
            let segment = decap.segment(&frame).ok().flatten();
            let is_kept = segment.is_some_and(|segment| {
                let connection = flows.assign(&segment, |_| {}).connection.0;
                let sender = SocketAddr::new(segment.source.ip, segment.source.port);
                frames.keeps(connection, sender, (frame.number, frame.at))
            });
            take(&capture, &frame, decap.parts(frame.number), is_kept)?;
        }
        let (read, of) = capture.position();
        progress(read, of);
    }
    Ok(())
}
