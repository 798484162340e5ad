//! What differs by chance, or always did.

use std::collections::HashMap;

use super::super::engine::{Exchange, Replayed};
use super::super::plan::Planned;
use super::{RESPONSE, differences};
use crate::smpp::Role;

/// Octets that [`Noise`] keeps, and what one request takes beside its own.
const KEPT: usize = 256 << 20;
const EACH: usize = 96;

/// What differs in the response to a request whatever the message centre does: between two runs of the same, or, in an
/// earlier run, from the recording.
#[derive(Debug, Default)]
pub struct Noise {
    /// The responses of a first run by number in the plan; `None`: there was none.
    responses: HashMap<u64, Option<Box<[u8]>>, foldhash::fast::RandomState>,
    /// The fields that differed in an earlier run, by where the request was captured.
    earlier: HashMap<Place, Vec<Box<str>>, foldhash::fast::RandomState>,
    kept: usize,
    left_out: u64,
}

/// Name of the file without its folder, number of the frame, place in it.
type Place = (Box<str>, u64, u32);

impl Noise {
    /// Takes note of what became of a request in the first of two runs. One that was not sent tells nothing.
    pub fn learn(&mut self, exchange: &Exchange) {
        let response = match &exchange.outcome {
            Replayed::NotSent(_) => return,
            Replayed::Missing(_) => None,
            Replayed::Answered { response, .. } => Some(response.clone()),
        };
        if self.has_room(response.as_ref().map_or(0, |octets| octets.len())) {
            self.responses.insert(exchange.planned.number, response);
        }
    }

    /// Takes note of the fields that differed from the recording in an earlier run, in the response to the request
    /// that was captured there; [`RESPONSE`] for a whole one.
    pub fn know(&mut self, file: Option<&str>, frame: u64, index: u32, fields: &[String]) {
        let size = fields.iter().map(|field| field.len().saturating_add(16)).sum();
        if self.has_room(size) {
            let known = self.earlier.entry(place(file, frame, index)).or_default();
            for field in fields {
                if known.iter().all(|known| **known != **field) {
                    known.push(field.as_str().into());
                }
            }
        }
    }

    /// Requests that found no room: their differences all count.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether there is anything to know of this request.
    #[must_use]
    pub fn knows(&self, planned: &Planned) -> bool {
        self.responses.contains_key(&planned.number) || self.earlier(planned).is_some()
    }

    /// The fields in which a difference says nothing.
    pub(super) fn fields(&self, exchange: &Exchange) -> Vec<String> {
        let earlier = self.earlier(&exchange.planned).into_iter().flatten();
        let mut fields: Vec<String> = earlier.map(|field| field.clone().into()).collect();
        match (self.responses.get(&exchange.planned.number), &exchange.outcome) {
            (Some(Some(first)), Replayed::Answered { response, .. }) => {
                let differences = differences(first, response, Role::Smsc);
                fields.extend(differences.into_iter().map(|difference| difference.field));
            }
            (Some(None), Replayed::Answered { .. }) | (Some(Some(_)), Replayed::Missing(_)) => {
                fields.push(RESPONSE.to_owned());
            }
            _ => {}
        }
        fields
    }

    fn earlier(&self, planned: &Planned) -> Option<&Vec<Box<str>>> {
        if self.earlier.is_empty() {
            return None;
        }
        self.earlier.get(&place(planned.file.as_deref(), planned.frame, planned.index))
    }

    fn has_room(&mut self, octets: usize) -> bool {
        let size = octets.saturating_add(EACH);
        let has_room = self.kept.saturating_add(size) <= KEPT;
        if has_room {
            self.kept = self.kept.saturating_add(size);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
        has_room
    }
}

fn place(file: Option<&str>, frame: u64, index: u32) -> Place {
    let name = file.and_then(|file| file.rsplit(['/', '\\']).next()).unwrap_or_default();
    (name.into(), frame, index)
}
