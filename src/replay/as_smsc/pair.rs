//! Which captured request it is that the ESME under test sends.
//!
//! An ESME with threads sends in another order each time. So a request is looked for by what it says among those that
//! are awaited next, [`LOOK_AHEAD`] of its command; of several that say the same it is the first. Only where none says
//! the same, it is the one with the same addresses, else the one with the same text, else the next in order: in doubt,
//! for what was captured there may still come. When it comes, it gets its place back, and what had taken it is extra.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::rewrite::without_reference;
use super::compare::Played;
use super::script::Asked;
use crate::smpp::{CommandId, Content, Context, Entry, Header, Record, Role, TlvTag};
use crate::smsc::ConnectionId;
use crate::time::Timestamp;

/// Awaited requests of a session and command among which one is looked for, and requests of a session whose place is in
/// doubt; with more of these the oldest keeps its place.
pub(super) const LOOK_AHEAD: usize = 1_000;

/// What a request says, hashed: what is compared is much, and most of it is kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// All octets but those that number it.
    octets: u64,
    /// Addresses, message_id and text; the reference of a part left out.
    content: u64,
    addresses: u64,
    /// message_id and text; `None`: it has none.
    text: Option<u64>,
}

impl Key {
    pub(super) fn of(octets: &[u8]) -> Self {
        let whole = hash(&octets.get(16..));
        let context = Context { version: None, from: Some(Role::Esme) };
        let Some((mut record, _)) = Record::decode(octets, context) else {
            return Self { octets: whole, content: whole, addresses: whole, text: None };
        };
        without_reference(&mut record);
        let (mut addresses, mut text, mut has_text) = (DefaultHasher::new(), DefaultHasher::new(), false);
        for Entry { field, content, .. } in &record.fields {
            match field.name {
                "source_addr" | "destination_addr" | "dest_address" => {
                    feed(field.name, content, &mut addresses);
                }
                "message_id" | "short_message" if !is_empty(content) => {
                    feed(field.name, content, &mut text);
                    has_text = true;
                }
                _ => {}
            }
        }
        // Wherever it stands, the text is the same.
        for tlv in record.tlvs.iter().filter(|tlv| tlv.tag == TlvTag::MESSAGE_PAYLOAD) {
            feed("short_message", &Content::Octets(tlv.octets.clone()), &mut text);
            has_text = true;
        }
        let (addresses, text) = (addresses.finish(), has_text.then(|| text.finish()));
        Self { octets: whole, content: hash(&(addresses, text)), addresses, text }
    }

    fn likeness(&self, other: &Self) -> Likeness {
        if self.octets == other.octets {
            Likeness::Octets
        } else if self.content == other.content {
            Likeness::Content
        } else if self.addresses == other.addresses {
            Likeness::Addresses
        } else if self.text.is_some() && self.text == other.text {
            Likeness::Text
        } else {
            Likeness::Command
        }
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn feed(name: &str, content: &Content, hasher: &mut DefaultHasher) {
    name.hash(hasher);
    match content {
        Content::Integer(number) => number.hash(hasher),
        Content::Text(octets) | Content::Octets(octets) => octets.hash(hasher),
        Content::Items(items) => {
            items.len().hash(hasher);
            for entry in items.iter().flatten() {
                feed(entry.field.name, &entry.content, hasher);
            }
        }
    }
}

fn is_empty(content: &Content) -> bool {
    matches!(content, Content::Text(octets) | Content::Octets(octets) if octets.is_empty())
}

/// How much two requests of a command have in common; the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Octets,
    Content,
    Addresses,
    Text,
    Command,
}

/// What a request is.
#[derive(Debug)]
pub(super) enum Found {
    /// The captured one at this place.
    Sure {
        place: u32,
        /// Whether one came before it that was captured after it.
        is_reordered: bool,
    },
    /// Perhaps the captured one at this place, altered.
    Doubtful { place: u32, key: Key },
    /// The captured one whose place this had taken.
    Returned { doubtful: Box<Doubtful>, is_reordered: bool },
}

/// A request that took a place in doubt.
#[derive(Debug)]
pub(super) struct Doubtful {
    pub(super) place: u32,
    /// Of the captured request.
    pub(super) key: Key,
    pub(super) connection: ConnectionId,
    pub(super) header: Header,
    /// When its response is due; `None`: there is none.
    pub(super) due: Option<Timestamp>,
    /// What is to be told of it.
    pub(super) played: Played,
}

/// Requests of a command that have not come, in order.
#[derive(Debug, Default)]
struct Queue {
    awaited: VecDeque<(u32, Key)>,
    /// The last place that surely came.
    furthest: Option<u32>,
}

impl Queue {
    fn came(&mut self, place: u32) -> bool {
        let is_reordered = self.furthest.is_some_and(|furthest| place < furthest);
        self.furthest = self.furthest.max(Some(place));
        is_reordered
    }
}

/// The captured requests of a session that have not come.
#[derive(Debug, Default)]
pub(super) struct Expected {
    by_command: BTreeMap<CommandId, Queue>,
    doubtful: VecDeque<Doubtful>,
    to_come: usize,
}

impl Expected {
    pub(super) fn new(asked: &[Asked]) -> Self {
        let mut expected = Self::default();
        for (asked, place) in asked.iter().zip(0..) {
            let queue = expected.by_command.entry(asked.command).or_default();
            queue.awaited.push_back((place, Key::of(&asked.octets)));
        }
        let unbinds = expected.awaited(CommandId::UNBIND);
        expected.to_come = asked.len().saturating_sub(unbinds);
        expected
    }

    /// How many of a command have not come.
    pub(super) fn awaited(&self, command: CommandId) -> usize {
        self.by_command.get(&command).map_or(0, |queue| queue.awaited.len())
    }

    /// How many have not come, unbinds aside.
    pub(super) const fn to_come(&self) -> usize {
        self.to_come
    }

    /// The next of a command, whatever it says.
    pub(super) fn next(&mut self, command: CommandId) -> Option<u32> {
        let (place, _) = self.by_command.get_mut(&command)?.awaited.pop_front()?;
        self.has_come(command);
        Some(place)
    }

    /// What this request of a command is; `None`: all of the command have come.
    pub(super) fn find(&mut self, command: CommandId, octets: &[u8]) -> Option<Found> {
        let key = Key::of(octets);
        let queue = self.by_command.get_mut(&command)?;
        let mut best: Option<(Likeness, usize)> = None;
        for (number, (_, awaited)) in queue.awaited.iter().take(LOOK_AHEAD).enumerate() {
            let likeness = key.likeness(awaited);
            if best.is_none_or(|(best, _)| likeness < best) {
                best = Some((likeness, number));
            }
            if likeness == Likeness::Octets {
                break;
            }
        }
        if best.is_none_or(|(likeness, _)| likeness > Likeness::Content) {
            let is_its = |doubtful: &Doubtful| {
                doubtful.header.command_id == command && doubtful.key.content == key.content
            };
            let returned = self.doubtful.iter().position(is_its).and_then(|n| self.doubtful.remove(n));
            if let Some(doubtful) = returned {
                let is_reordered = queue.came(doubtful.place);
                return Some(Found::Returned { doubtful: Box::new(doubtful), is_reordered });
            }
        }
        let (likeness, number) = best?;
        let (place, awaited) = queue.awaited.remove(number)?;
        let found = if likeness <= Likeness::Content {
            Found::Sure { place, is_reordered: queue.came(place) }
        } else {
            Found::Doubtful { place, key: awaited }
        };
        self.has_come(command);
        Some(found)
    }

    /// A request took a place in doubt. What is to be told of one that keeps its place.
    pub(super) fn doubt(&mut self, doubtful: Doubtful) -> Option<Played> {
        self.doubtful.push_back(doubtful);
        let oldest = if self.doubtful.len() > LOOK_AHEAD { self.doubtful.pop_front() } else { None };
        oldest.map(|doubtful| doubtful.played)
    }

    /// Nothing more comes: what is to be told of those that keep the place which they took in doubt, and the places of
    /// those that did not come.
    pub(super) fn finish(&mut self) -> (Vec<Played>, Vec<u32>) {
        let doubtful =
            std::mem::take(&mut self.doubtful).into_iter().map(|doubtful| doubtful.played).collect();
        let queues = std::mem::take(&mut self.by_command).into_values();
        let mut missing: Vec<u32> = queues.flat_map(|queue| queue.awaited).map(|(place, _)| place).collect();
        missing.sort_unstable();
        self.to_come = 0;
        (doubtful, missing)
    }

    fn has_come(&mut self, command: CommandId) {
        if command != CommandId::UNBIND {
            self.to_come = self.to_come.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::replay::as_smsc::compare::Did;
    use crate::replay::as_smsc::tests::{asked, message};

    /// What a request turned out to be: its captured place, whether that is sure, whether it is reordered.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Is {
        Sure(u32, bool),
        Doubtful(u32),
        Extra,
    }

    /// Each in turn, the last word on each.
    fn find_all(captured: &[Vec<u8>], live: &[Vec<u8>]) -> (Vec<Is>, Vec<u32>) {
        let mut expected = Expected::new(&captured.iter().map(|octets| asked(octets)).collect::<Vec<_>>());
        let mut found: Vec<Is> = Vec::new();
        for (number, octets) in (0..).zip(live) {
            let is = match expected.find(CommandId::SUBMIT_SM, octets) {
                None => Is::Extra,
                Some(Found::Sure { place, is_reordered }) => Is::Sure(place, is_reordered),
                Some(Found::Returned { doubtful, is_reordered }) => {
                    found[doubtful.header.sequence_number.0 as usize] = Is::Extra;
                    Is::Sure(doubtful.place, is_reordered)
                }
                Some(Found::Doubtful { place, key }) => {
                    let mut header = Header::parse(octets).unwrap();
                    header.sequence_number = crate::smpp::SequenceNumber(number);
                    let told = expected.doubt(Doubtful {
                        place,
                        key,
                        connection: ConnectionId(0),
                        header,
                        due: None,
                        played: played(octets),
                    });
                    assert!(told.is_none() || live.len() > LOOK_AHEAD);
                    Is::Doubtful(place)
                }
            };
            found.push(is);
        }
        assert_eq!(expected.doubtful.len().min(LOOK_AHEAD), expected.doubtful.len());
        let doubtful = found.iter().filter(|is| matches!(is, Is::Doubtful(_))).count();
        let (told, missing) = expected.finish();
        assert_eq!(told.len(), doubtful.min(LOOK_AHEAD), "each is told once");
        (found, missing)
    }

    fn played(octets: &[u8]) -> Played {
        Played {
            session: None,
            did: Did::Ask,
            command: CommandId::SUBMIT_SM,
            place: None,
            captured: None,
            live: Some(octets.into()),
            at: None,
            status: None,
            was_due: true,
            is_reordered: false,
        }
    }

    fn plain(number: usize) -> Vec<u8> {
        message(&format!("4477{number:06}"), &format!("text {number}"))
    }

    #[test]
    fn the_same_in_another_order_is_the_same_and_those_that_were_overtaken_are_reordered() {
        let captured: Vec<Vec<u8>> = (0..4).map(plain).collect();
        let live: Vec<Vec<u8>> = [1, 0, 3, 2].into_iter().map(plain).collect();
        let (found, missing) = find_all(&captured, &live);
        assert_eq!(found, [Is::Sure(1, false), Is::Sure(0, true), Is::Sure(3, false), Is::Sure(2, true)]);
        assert!(missing.is_empty());
    }

    #[test]
    fn what_is_missing_shifts_and_reorders_nothing() {
        let captured: Vec<Vec<u8>> = (0..4).map(plain).collect();
        let live: Vec<Vec<u8>> = [0, 2, 3].into_iter().map(plain).collect();
        let (found, missing) = find_all(&captured, &live);
        assert_eq!(found, [Is::Sure(0, false), Is::Sure(2, false), Is::Sure(3, false)]);
        assert_eq!(missing, [1]);
    }

    #[test]
    fn one_too_many_shifts_nothing_wherever_it_comes() {
        let captured: Vec<Vec<u8>> = (0..3).map(plain).collect();
        for place in 0..=3 {
            let mut live = captured.clone();
            live.insert(place, plain(9));
            let (mut found, missing) = find_all(&captured, &live);
            assert_eq!(found.remove(place), Is::Extra, "at {place}");
            assert_eq!(found, [Is::Sure(0, false), Is::Sure(1, false), Is::Sure(2, false)], "at {place}");
            assert!(missing.is_empty());
        }
    }

    #[test]
    fn one_that_is_altered_is_found_by_its_addresses_else_by_its_text_else_by_its_order() {
        let captured: Vec<Vec<u8>> = (0..3).map(plain).collect();
        for (altered, place) in [
            (message("4477000002", "other"), 2),
            (message("4488000001", "text 1"), 1),
            (message("4488", "other"), 0),
            (message("4488", ""), 0),
        ] {
            let (found, _) = find_all(&captured, &[altered]);
            assert_eq!(found, [Is::Doubtful(place)]);
        }
    }

    #[test]
    fn of_several_that_say_the_same_those_with_the_same_octets_belong_together() {
        let with_report = |report: u8| {
            let mut octets = plain(1);
            let text = octets.windows(4).position(|octets| octets == b"text").unwrap();
            // registered_delivery, replace_if_present, data_coding, sm_default_msg_id, sm_length.
            octets[text - 5] = report;
            octets
        };
        let captured = [with_report(1), with_report(0), with_report(1)];
        let live = [with_report(0), with_report(1), with_report(1)];
        let (found, _) = find_all(&captured, &live);
        assert_eq!(found, [Is::Sure(1, false), Is::Sure(0, true), Is::Sure(2, false)]);
    }

    #[test]
    fn the_reference_of_a_part_and_where_the_text_stands_say_nothing() {
        let with = |mut octets: Vec<u8>, more: &[u8]| {
            octets.extend(more);
            let all = u32::try_from(octets.len()).unwrap();
            octets[..4].copy_from_slice(&all.to_be_bytes());
            octets
        };
        let part = |reference: u8, number: u8| {
            let mut octets = message("4477", "\u{5}\0\u{3}");
            let class = octets.windows(5).position(|octets| octets == b"4477\0").unwrap() + 5;
            octets[class] = 0x40;
            let length = octets.windows(3).position(|octets| octets == [5, 0, 3]).unwrap() - 1;
            octets[length] = 8;
            with(octets, &[reference, 2, number, b'h', b'i'])
        };
        let key = |octets: &[u8]| Key::of(octets).content;
        assert_eq!(key(&part(7, 1)), key(&part(8, 1)));
        assert_ne!(key(&part(7, 1)), key(&part(7, 2)));
        let payload = with(message("4477", ""), &[0x04, 0x24, 0, 2, b'h', b'i']);
        assert_eq!(key(&payload), key(&message("4477", "hi")));
    }

    #[test]
    fn what_is_looked_at_and_what_is_in_doubt_is_bounded() {
        let captured: Vec<Vec<u8>> = (0..3 * LOOK_AHEAD).map(plain).collect();
        // Just within, and just beyond.
        let (found, _) = find_all(&captured, &[plain(LOOK_AHEAD - 1)]);
        assert_eq!(found, [Is::Sure(999, false)]);
        let (found, _) = find_all(&captured, &[plain(LOOK_AHEAD)]);
        assert_eq!(found, [Is::Doubtful(0)]);
        let others: Vec<Vec<u8>> = (0..2 * LOOK_AHEAD).map(|number| plain(number + 500_000)).collect();
        let (found, missing) = find_all(&captured, &others);
        assert!(found.iter().all(|is| matches!(is, Is::Doubtful(_))));
        assert_eq!(missing.len(), LOOK_AHEAD);
    }

    proptest! {
        /// The model: what was captured and what came as two bags. What is in both is sure, of what is left on either
        /// side nothing is, and nothing is lost or had twice.
        #[test]
        fn whatever_the_order_what_is_in_both_is_found(
            captured in prop::collection::vec(0_usize..12, 0..40),
            left_out in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
            added in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..20), 0..5),
            moved in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..60),
        ) {
            let mut live = captured.clone();
            for index in left_out.iter().filter(|_| !captured.is_empty()) {
                if !live.is_empty() {
                    live.remove(index.index(live.len()));
                }
            }
            for (index, number) in added {
                live.insert(index.index(live.len() + 1), number);
            }
            for (one, other) in moved.into_iter().filter(|_| !captured.is_empty()) {
                if !live.is_empty() {
                    let (one, other) = (one.index(live.len()), other.index(live.len()));
                    live.swap(one, other);
                }
            }
            let octets = |numbers: &[usize]| numbers.iter().copied().map(plain).collect::<Vec<_>>();
            let (found, missing) = find_all(&octets(&captured), &octets(&live));
            let count = |all: &[usize], number| all.iter().filter(|&&other| other == number).count();
            let mut seen: Vec<u32> = missing.clone();
            let mut furthest = None;
            for number in 0..20 {
                let sure = live.iter().zip(&found).filter(|(live, is)| **live == number && matches!(is, Is::Sure(..)));
                prop_assert_eq!(sure.count(), count(&captured, number).min(count(&live, number)));
            }
            for (number, is) in live.iter().zip(&found) {
                match *is {
                    Is::Sure(place, is_reordered) => {
                        prop_assert_eq!(captured[place as usize], *number);
                        prop_assert_eq!(is_reordered, furthest.is_some_and(|furthest| place < furthest));
                        furthest = furthest.max(Some(place));
                        seen.push(place);
                    }
                    Is::Doubtful(place) => {
                        prop_assert_ne!(captured[place as usize], *number);
                        seen.push(place);
                    }
                    Is::Extra => {}
                }
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..u32::try_from(captured.len()).unwrap()).collect::<Vec<_>>());
        }
    }
}
