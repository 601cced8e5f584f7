use alloc::vec;

use countersign_wire::flow::Entropy;
use zeroize::Zeroizing;

use super::Numbers;
use crate::{KeyFault, KeyKind, jwk::material::Curve};

/// The number of points on each curve, which a private number is less than (SEC 2 §2.4.2, §2.5.1).
const ORDER_P256: &[u8] = b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
const ORDER_P384: &[u8] = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\
    \x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73";

/// How often random bytes may miss the range: once in four thousand million is what they do.
const TRIES: usize = 8;

pub(super) fn private(kind: KeyKind, entropy: &dyn Entropy) -> Result<Numbers, KeyFault> {
    let fill = |out: &mut [u8]| entropy.fill(out).map_err(|_| KeyFault::NoEntropy);
    let (curve, order) = match kind {
        KeyKind::Ed25519 => {
            let mut seed = Zeroizing::new([0; 32]);
            fill(seed.as_mut_slice())?;
            return Ok(Numbers::Ed25519 { seed, public: None });
        }
        KeyKind::P256 => (Curve::P256, ORDER_P256),
        KeyKind::P384 => (Curve::P384, ORDER_P384),
        kind => return Err(KeyFault::Unsuited { kind }),
    };
    for _ in 0..TRIES {
        let mut scalar = Zeroizing::new(vec![0; curve.length()]);
        fill(&mut scalar)?;
        if scalar.as_slice() < order && scalar.iter().any(|byte| *byte != 0) {
            return Ok(Numbers::Ec { curve, scalar, public: None });
        }
    }
    Err(KeyFault::NoEntropy)
}
