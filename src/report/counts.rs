//! Counts by key, bounded: keys come from the traffic, and hostile traffic has many.

/// A count for each of at most [`Counts::LIMIT`] keys, in the order of the keys; what comes under further keys is
/// counted together.
#[derive(Clone, Debug)]
pub struct Counts<K> {
    rows: Vec<(K, u64)>,
    /// What came under keys that found no room.
    pub omitted: u64,
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self { rows: Vec::new(), omitted: 0 }
    }
}

impl<K: Copy + Ord> Counts<K> {
    /// Most keys held: far more than the specifications define of anything.
    pub const LIMIT: usize = 1_024;

    /// Adds `n` under `key`.
    pub fn add(&mut self, key: K, n: u64) {
        // Few keys carry nearly all of the traffic and stand near the front of short lists.
        match self.rows.binary_search_by(|(row, _)| row.cmp(&key)) {
            Ok(at) => {
                if let Some((_, count)) = self.rows.get_mut(at) {
                    *count = count.saturating_add(n);
                }
            }
            Err(at) if self.rows.len() < Self::LIMIT => self.rows.insert(at, (key, n)),
            Err(_) => self.omitted = self.omitted.saturating_add(n),
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(key, n)| self.add(key, n));
        self.omitted = self.omitted.saturating_add(other.omitted);
    }

    /// Keys with their counts, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> + '_ {
        self.rows.iter().copied()
    }

    /// All counts together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.iter().fold(self.omitted, |sum, (_, n)| sum.saturating_add(*n))
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_keys() {
        let mut counts = Counts::default();
        [3, 1, 2, 3].into_iter().for_each(|key| counts.add(key, 1));
        assert_eq!(counts.iter().collect::<Vec<_>>(), [(1, 1), (2, 1), (3, 2)]);
        assert_eq!(counts.total(), 4);
    }

    #[test]
    fn keys_without_room_are_counted_together() {
        let mut counts = Counts::default();
        (0..2_000).for_each(|key: u32| counts.add(key, 2));
        assert_eq!(counts.iter().count(), Counts::<u32>::LIMIT);
        assert_eq!(counts.omitted, (2_000 - 1_024) * 2);
        assert_eq!(counts.total(), 4_000);
    }
}
