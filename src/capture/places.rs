//! Which file a frame is in, when the frames of several files were merged.

/// Runs of frames of one file, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Places {
    runs: Vec<Run>,
    /// Runs that found no room follow.
    is_full: bool,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    /// Number of its first frame among all.
    number: u64,
    file: usize,
    /// Number of that frame in its file.
    within: u64,
}

/// Runs remembered: files of a ring need one each; two that alternate frame by frame reach this after as many frames.
const MOST: usize = 262_144;

impl Places {
    /// The frame `number` is the frame `within` of `file`; frames are added in the order of their numbers.
    pub(super) fn add(&mut self, number: u64, file: usize, within: u64) {
        if self.is_full {
            return;
        }
        if let Some(last) = self.runs.last()
            && last.file == file
            && number.wrapping_sub(last.number) == within.wrapping_sub(last.within)
        {
            return;
        }
        if self.runs.len() == MOST {
            self.is_full = true;
            // The end of the last run is not known.
            self.runs.pop();
            return;
        }
        self.runs.push(Run { number, file, within });
    }

    /// The file of a frame, and its number there.
    pub(super) fn find(&self, number: u64) -> Option<(usize, u64)> {
        let after = self.runs.partition_point(|run| run.number <= number);
        let run = self.runs.get(after.checked_sub(1)?)?;
        if self.is_full && after == self.runs.len() {
            return None;
        }
        Some((run.file, run.within.saturating_add(number.saturating_sub(run.number))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_found_in_its_file() {
        let mut places = Places::default();
        for (number, file, within) in [(1, 0, 1), (2, 0, 2), (3, 1, 1), (4, 0, 3), (5, 1, 2), (6, 1, 3)] {
            places.add(number, file, within);
        }
        assert_eq!(places.runs.len(), 4);
        for (number, want) in [(1, (0, 1)), (2, (0, 2)), (3, (1, 1)), (4, (0, 3)), (6, (1, 3)), (9, (1, 6))] {
            assert_eq!(places.find(number), Some(want));
        }
        assert_eq!(places.find(0), None);
    }

    #[test]
    fn past_the_bound_a_place_is_unknown_and_never_wrong() {
        let mut places = Places::default();
        let most = u64::try_from(MOST).unwrap();
        for number in 1..most + 10 {
            places.add(number, usize::from(number % 2 == 0), number);
        }
        assert_eq!(places.find(10), Some((1, 10)));
        assert_eq!(places.find(most + 5), None);
    }
}
