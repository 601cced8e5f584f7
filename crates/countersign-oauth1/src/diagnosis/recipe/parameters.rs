use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};

use countersign_token::Secret;
use countersign_wire::percent;
use zeroize::Zeroizing;

use super::{Body, Digest, Duplicates, Order, Parameters, Reading, Signed, Sources, Unicode};
use crate::{
    Parameter,
    diagnosis::facts::{Facts, Field},
};

/// A parameter on its way: decoded bytes, unless it is taken for encoded.
struct Item<'a> {
    name: Cow<'a, [u8]>,
    value: Cow<'a, [u8]>,
    encoded: bool,
}

impl Parameters {
    /// The third part of the base string.
    pub(in crate::diagnosis) fn write(&self, facts: &Facts) -> String {
        let mut items = self.collect(facts);
        if self.no_empty {
            items.retain(|item| !item.value.is_empty());
        }
        self.drop_duplicates(&mut items);
        let mut pairs: Vec<Pair> = items.iter().map(|item| self.encode(item)).collect();
        match self.order {
            Order::AsCollected => {}
            Order::Rfc => pairs.sort_by(|a, b| a.key().cmp(&b.key())),
            Order::ByNameOnly => pairs.sort_by(|a, b| a.name.cmp(&b.name)),
            Order::WithoutCase => pairs
                .sort_by_cached_key(|pair| (pair.name.to_ascii_lowercase(), pair.value.to_ascii_lowercase())),
            Order::Joined => pairs.sort_by_cached_key(|pair| self.join(pair)),
            Order::ByDecoded => {
                let mut order: Vec<usize> = (0..items.len()).collect();
                order.sort_by_key(|index| items.get(*index).map(|item| (&item.name, &item.value)));
                let mut slots: Vec<_> = pairs.into_iter().map(Some).collect();
                pairs = order.iter().filter_map(|index| slots.get_mut(*index)?.take()).collect();
            }
        }
        let joined = pairs.iter().map(|pair| self.join(pair)).collect::<Vec<_>>().join("&");
        if self.not_encoded { joined } else { self.outer.of(&joined) }
    }

    fn collect<'a>(&self, facts: &'a Facts) -> Vec<Item<'a>> {
        let read = |fields: &'a [Field], reading: Reading, out: &mut Vec<Item<'a>>| {
            for Field { name, value } in fields {
                let (name, encoded) = self.read(name.expose(), reading);
                let (value, _) = self.read(value.expose(), reading);
                out.push(Item { name, value, encoded });
            }
        };
        let mut query = Vec::new();
        if !self.no_query {
            read(&facts.query, self.query, &mut query);
        }
        let mut form = Vec::new();
        if !self.no_form {
            read(&facts.form, self.form, &mut form);
        }
        match self.body {
            Body::Rfc => {}
            Body::AsForm => read(&facts.as_form, Reading::Decoded, &mut form),
            Body::AsJson => read(&facts.as_json, Reading::Raw, &mut form),
            Body::AsMultipart => read(&facts.as_multipart, Reading::Raw, &mut form),
        }
        let mut protocol = self.protocol(facts);
        if self.protocol_sorted {
            protocol.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
        }
        let sources = match self.source {
            Sources::QueryFormProtocol => [query, form, protocol],
            Sources::QueryProtocolForm => [query, protocol, form],
            Sources::ProtocolQueryForm => [protocol, query, form],
        };
        sources.into_iter().flatten().collect()
    }

    /// A name or value as it is written, read.
    fn read<'a>(&self, text: &'a str, reading: Reading) -> (Cow<'a, [u8]>, bool) {
        let decoded = match reading {
            Reading::AsWritten => return (text.as_bytes().into(), true),
            Reading::Raw => Cow::Borrowed(text.as_bytes()),
            Reading::Decoded if text.contains(['%', '+']) => {
                let spaced = if self.plus_kept { text.into() } else { text.replace('+', " ") };
                let spaced = Zeroizing::new(spaced);
                percent::decode_bytes(&spaced).map_or(text.as_bytes().into(), Cow::Owned)
            }
            Reading::Decoded => text.as_bytes().into(),
        };
        (self.normalized(self.again(decoded)), false)
    }

    /// Decoded once more, when it is decoded twice and can be.
    fn again<'a>(&self, decoded: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        let again = (self.twice && decoded.contains(&b'%'))
            .then(|| core::str::from_utf8(&decoded).ok())
            .flatten()
            .and_then(|text| percent::decode_bytes(text).ok());
        again.map_or(decoded, Cow::Owned)
    }

    #[cfg(not(feature = "unicode"))]
    fn normalized<'a>(&self, bytes: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        match self.unicode {
            Unicode::AsWritten => bytes,
        }
    }

    #[cfg(feature = "unicode")]
    fn normalized<'a>(&self, bytes: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        use unicode_normalization::UnicodeNormalization;

        let text = core::str::from_utf8(&bytes).unwrap_or_default();
        if text.is_ascii() {
            return bytes;
        }
        let normalized: String = match self.unicode {
            Unicode::AsWritten => return bytes,
            Unicode::Composed => text.nfc().collect(),
            Unicode::Decomposed => text.nfd().collect(),
        };
        normalized.into_bytes().into()
    }

    /// What the protocol adds, and what is said to be added by mistake.
    fn protocol<'a>(&self, facts: &'a Facts) -> Vec<Item<'a>> {
        let mut items = Vec::with_capacity(facts.protocol.len());
        let mut add = |name: &'a str, value: &'a str| {
            let decoded = |text: &'a str| {
                let bytes = if self.protocol_encoded {
                    percent::encode(text).into_bytes().into()
                } else {
                    Cow::Borrowed(text.as_bytes())
                };
                self.normalized(self.again(bytes))
            };
            items.push(Item { name: decoded(name), value: decoded(value), encoded: false });
        };
        let omitted = [
            (self.no_token, Parameter::Token),
            (self.no_version, Parameter::Version),
            (self.no_callback, Parameter::Callback),
            (self.no_verifier, Parameter::Verifier),
            (self.no_body_hash, Parameter::BodyHash),
        ];
        for (name, value) in &facts.protocol {
            if omitted.iter().any(|(omitted, parameter)| *omitted && name == parameter.as_str()) {
                continue;
            }
            let other = if name == Parameter::Nonce.as_str() && self.other_nonce {
                facts.nonce.as_ref().map(Secret::expose)
            } else if name == Parameter::Timestamp.as_str() && self.other_timestamp {
                facts.timestamp.as_deref()
            } else if name == Parameter::SignatureMethod.as_str() {
                self.method_name.map(Digest::method_name)
            } else {
                None
            };
            add(name, other.unwrap_or(value.expose()));
        }
        let added = [
            (self.empty_token, Parameter::Token, Some("")),
            (self.added_version, Parameter::Version, Some("1.0")),
            (self.added_body_hash, Parameter::BodyHash, facts.body_hash.as_deref()),
            (self.realm, Parameter::Realm, facts.realm.as_deref()),
            (self.signature == Signed::Empty, Parameter::Signature, Some("")),
            (
                self.signature == Signed::Whole,
                Parameter::Signature,
                facts.signature.as_ref().map(Secret::expose),
            ),
        ];
        for (added, parameter, value) in added {
            if let (true, false, Some(value)) = (added, facts.sends(parameter), value) {
                add(parameter.as_str(), value);
            }
        }
        items
    }

    fn drop_duplicates(&self, items: &mut Vec<Item<'_>>) {
        if self.duplicates == Duplicates::Kept {
            return;
        }
        let mut kept = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let slot = kept.entry(item.name.clone()).or_insert(index);
            if self.duplicates == Duplicates::Last {
                *slot = index;
            }
        }
        let mut index = 0_usize;
        items.retain(|item| {
            let keep = kept.get(&item.name) == Some(&index);
            index = index.saturating_add(1);
            keep
        });
    }

    fn encode(&self, item: &Item<'_>) -> Pair {
        let one = |bytes: &[u8]| {
            if item.encoded || self.values_not_encoded {
                String::from_utf8_lossy(bytes).into_owned()
            } else {
                let mut out = String::with_capacity(bytes.len());
                self.inner.write(bytes, &mut out);
                out
            }
        };
        Pair { name: one(&item.name), value: one(&item.value) }
    }

    fn join(&self, pair: &Pair) -> String {
        let equals = if self.no_equals && pair.value.is_empty() { "" } else { "=" };
        [pair.name.as_str(), equals, pair.value.as_str()].concat()
    }
}

/// An encoded parameter.
struct Pair {
    name: String,
    value: String,
}

impl Pair {
    fn key(&self) -> (&str, &str) {
        (&self.name, &self.value)
    }
}
