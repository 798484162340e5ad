//! A small seeded generator of pseudo-random numbers: SplitMix64 (Steele, Lea, Flood 2014). The same seed gives the
//! same numbers everywhere.

/// The generator.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()).wrapping_mul(u128::from(bound)) >> 64;
        u64::try_from(wide).unwrap_or(0)
    }

    /// A number above 0 and at most 1.
    pub(super) fn fraction(&mut self) -> f64 {
        // 53 bits are what an f64 holds exactly.
        let bits = (self.bits() >> 11).saturating_add(1);
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53, which an f64 holds exactly")]
        let fraction = bits as f64 / 9_007_199_254_740_992.0;
        fraction
    }
}

/// Spreads the bits of a number over all bits of another: one to one, see [`unmix`].
pub(super) const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The inverse of [`mix`].
pub(super) const fn unmix(z: u64) -> u64 {
    let z = (z ^ (z >> 31) ^ (z >> 62)).wrapping_mul(0x3196_42B2_D24D_8EC3);
    let z = (z ^ (z >> 27) ^ (z >> 54)).wrapping_mul(0x96DE_1B17_3F11_9089);
    z ^ (z >> 30) ^ (z >> 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn mixing_can_be_undone() {
        let mut random = Random::new(7);
        for n in (0..1_000).map(|_| random.bits()).chain([0, 1, u64::MAX]) {
            assert_eq!(unmix(mix(n)), n);
        }
    }

    #[test]
    fn fractions_are_above_zero_and_at_most_one() {
        let mut random = Random::new(3);
        let all: Vec<f64> = (0..10_000).map(|_| random.fraction()).collect();
        assert!(all.iter().all(|&x| x > 0.0 && x <= 1.0));
        let mean = all.iter().sum::<f64>() / 10_000.0;
        assert!((0.49..0.51).contains(&mean), "{mean}");
    }
}
