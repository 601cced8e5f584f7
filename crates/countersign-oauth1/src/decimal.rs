/// A number in decimal digits, without allocation.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    pub(crate) fn new(mut number: u64) -> Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let (pairs, _) = digits.as_chunks_mut();
        // Two digits at a time, for it is the division that takes long.
        for pair in pairs.iter_mut().rev() {
            *pair = PAIRS.get((number % 100) as usize).copied().unwrap_or_default();
            start = start.saturating_sub(if number < 10 { 1 } else { 2 });
            number /= 100;
            if number == 0 {
                break;
            }
        }
        Self { digits, start }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// The digits of the numbers below a hundred.
static PAIRS: [[u8; 2]; 100] = pairs();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0_u8;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Decimal;

    #[test]
    fn digits_are_those_of_the_number() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]).chain([u64::MAX]) {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
        }
    }
}
