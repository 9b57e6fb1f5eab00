//! Fresh randomness of the operating system: random constants, keys, nonces.

/// The operating system's randomness, for every library that asks for a generator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsRandom;

/// Bytes of a [`Stock`].
const STOCK: usize = 1_024;

/// The operating system's randomness, fetched some at a time: for a generator that is asked for a few bytes very often. Each
/// byte is given out once.
pub(crate) struct Stock {
    bytes: [u8; STOCK],
    used: usize,
}

impl Default for Stock {
    fn default() -> Self {
        Self {
            bytes: [0; STOCK],
            used: STOCK,
        }
    }
}

impl Stock {
    fn take(&mut self, out: &mut [u8]) {
        let end = self.used.saturating_add(out.len());
        if let Some(next) = self.bytes.get(self.used..end) {
            out.copy_from_slice(next);
            self.used = end;
            return;
        }
        fill(&mut self.bytes);
        match self.bytes.split_at_checked(out.len()) {
            Some((next, _)) => {
                out.copy_from_slice(next);
                self.used = out.len();
            }
            // More than it ever holds.
            None => {
                self.used = 0;
                fill(out);
            }
        }
    }
}

/// Fills `bytes` with fresh randomness.
///
/// A machine whose operating system has none can't run a verifier: anything made without it would be guessable, so the
/// process ends.
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the operating system gives no randomness; the process ends");
        std::process::abort();
    }
}

/// `N` fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    fill(&mut bytes);
    bytes
}

/// A number below `bound`; 0 for a bound of 0. The bias of 64 bits over any real bound is far below anything that
/// sampling could notice.
pub(crate) fn below(bound: u32) -> u32 {
    u64::from_le_bytes(bytes::<8>())
        .checked_rem(u64::from(bound))
        .and_then(|value| u32::try_from(value).ok())
        .unwrap_or(0)
}

impl hpke::rand_core::RngCore for OsRandom {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(bytes())
    }

    fn fill_bytes(&mut self, dst: &mut [u8]) {
        fill(dst);
    }
}

impl hpke::rand_core::CryptoRng for OsRandom {}

impl rand_core::RngCore for OsRandom {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(bytes())
    }

    fn fill_bytes(&mut self, dst: &mut [u8]) {
        fill(dst);
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), rand_core::Error> {
        fill(dst);
        Ok(())
    }
}

impl rand_core::CryptoRng for OsRandom {}

impl rand_core::RngCore for Stock {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.take(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.take(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dst: &mut [u8]) {
        self.take(dst);
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), rand_core::Error> {
        self.take(dst);
        Ok(())
    }
}

impl rand_core::CryptoRng for Stock {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Row C3 of `docs/security.md`: no duplicate, and no counter in any byte position.
    #[test]
    fn c3_a_million_random_constants_hold_no_duplicate_and_no_counter() {
        let mut seen = HashSet::with_capacity(1_000_000);
        let mut ones = [0u32; 256];
        let mut stepped = 0u32;
        let mut last = bytes::<32>();
        for _ in 0..1_000_000 {
            let constant = bytes::<32>();
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += u32::from(constant[bit / 8] >> (bit % 8) & 1);
            }
            let head = |c: &[u8; 32]| u64::from_le_bytes(c[..8].try_into().expect("eight bytes"));
            stepped += u32::from(head(&constant).wrapping_sub(head(&last)) <= 1 << 20);
            last = constant;
            assert!(seen.insert(constant), "two constants are the same");
        }
        assert_eq!(
            stepped, 0,
            "constants that follow each other by small steps"
        );
        // Six standard deviations of a fair coin thrown a million times are 3,000.
        assert!(ones.iter().all(|count| (497_000..503_000).contains(count)));
    }

    #[test]
    fn a_stock_gives_out_every_byte_once_whatever_lengths_it_is_asked_for() {
        use rand_core::RngCore;
        let mut stock = Stock::default();
        let mut given = HashSet::new();
        // Also across the end of what it holds, all of it, and more than it ever holds.
        for length in [16, 40, 1_000, 24, 1_024, 3_000, 16, 1_016, 8].repeat(20) {
            let mut out = vec![0u8; length];
            stock.fill_bytes(&mut out);
            for piece in out.as_chunks::<8>().0 {
                assert!(given.insert(*piece), "given out twice: {piece:?}");
            }
        }
        assert!(given.insert(stock.next_u64().to_le_bytes()));
        assert!((0..2_000).all(|_| given.insert(stock.next_u64().to_le_bytes())));
        assert!(!given.contains(&[0; 8]), "what was never filled");
    }

    #[test]
    fn a_number_below_a_bound_is_below_it() {
        assert_eq!(below(0), 0);
        assert!((0..1_000).all(|_| below(7) < 7));
    }
}
