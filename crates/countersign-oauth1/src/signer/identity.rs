use alloc::string::String;

use countersign_token::Secret;

use crate::{
    Algorithm,
    base_string::Opening,
    encoding::{AMPERSAND, EQUALS, ONCE, TWICE},
    parameter::Parameter,
    room::{Room, is_plain},
};

/// What a request says of who signs it and how: the same for every request of one signer.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    pub(super) consumer_key: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) method_name: &'a str,
    /// Whether all of them stay as they are when they are encoded, as they mostly do.
    is_plain: bool,
}

impl<'a> Identity<'a> {
    pub(super) fn new(consumer_key: &'a str, token: Option<&'a str>, method_name: &'a str) -> Self {
        let is_known = Algorithm::from_name(method_name).is_some();
        let is_plain = is_plain(consumer_key.as_bytes())
            && is_plain(token.unwrap_or_default().as_bytes())
            && (is_known || is_plain(method_name.as_bytes()));
        Self { consumer_key, token, method_name, is_plain }
    }

    #[inline]
    fn write_once(&self, text: &str, out: &mut Room) {
        if self.is_plain {
            out.push(text);
        } else {
            out.encode(text, &ONCE);
        }
    }

    /// The header up to the timestamp's value.
    fn write_header(&self, out: &mut Room) {
        out.push("oauth_consumer_key=\"");
        self.write_once(self.consumer_key, out);
        if let Some(token) = self.token {
            out.push("\", oauth_token=\"");
            self.write_once(token, out);
        }
        out.push("\", oauth_signature_method=\"");
        self.write_once(self.method_name, out);
        out.push("\", oauth_timestamp=\"");
    }

    /// One of its parameters as the base string has it.
    #[inline]
    pub(super) fn write_signed(&self, parameter: Parameter, out: &mut Room) {
        static CONSUMER_KEY: Opening = Opening::of(Parameter::ConsumerKey);
        static TOKEN: Opening = Opening::of(Parameter::Token);
        static SIGNATURE_METHOD: Opening = Opening::of(Parameter::SignatureMethod);

        let (opening, value) = match parameter {
            Parameter::ConsumerKey => (&CONSUMER_KEY, Some(self.consumer_key)),
            Parameter::Token => (&TOKEN, self.token),
            Parameter::SignatureMethod => (&SIGNATURE_METHOD, Some(self.method_name)),
            _ => return,
        };
        let Some(value) = value else { return };
        if self.is_plain {
            opening.write(value.as_bytes(), out);
        } else {
            out.push(parameter.as_str());
            out.put(EQUALS);
            out.encode(value, &TWICE);
            out.put(AMPERSAND);
        }
    }

    /// The piece of the base string that comes before nonce, timestamp or verifier, when nothing else comes
    /// between.
    fn write_piece(&self, piece: Piece, out: &mut Room) {
        match piece {
            Piece::Nonce => {
                self.write_signed(Parameter::ConsumerKey, out);
                out.push("oauth_nonce%3D");
            }
            Piece::Timestamp => {
                out.put(AMPERSAND);
                self.write_signed(Parameter::SignatureMethod, out);
                out.push("oauth_timestamp%3D");
            }
            Piece::Verifier => {
                out.put(AMPERSAND);
                self.write_signed(Parameter::Token, out);
            }
        }
    }
}

/// What stands before each value that differs from request to request.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    Nonce,
    Timestamp,
    Verifier,
}

/// An identity together with the pieces of text that are made of it alone.
#[derive(Clone)]
pub(super) struct Prepared {
    consumer_key: String,
    token: Option<Secret>,
    method_name: String,
    is_plain: bool,
    header: Secret,
    pieces: [Secret; 3],
}

impl Prepared {
    pub(super) fn new(identity: Identity<'_>) -> Self {
        let text = |write: &dyn Fn(&mut Room)| {
            let mut room = Room::default();
            write(&mut room);
            Secret::new(room.text(0..room.len()))
        };
        let pieces = [Piece::Nonce, Piece::Timestamp, Piece::Verifier];
        Self {
            consumer_key: identity.consumer_key.into(),
            token: identity.token.map(Secret::new),
            method_name: identity.method_name.into(),
            is_plain: identity.is_plain,
            header: text(&|out| identity.write_header(out)),
            pieces: pieces.map(|piece| text(&|out| identity.write_piece(piece, out))),
        }
    }

    pub(super) fn method_name(&self) -> &str {
        &self.method_name
    }

    pub(super) fn who(&self) -> Who<'_> {
        let Self { consumer_key, token, method_name, is_plain, header: _, pieces: _ } = self;
        let token = token.as_ref().map(Secret::expose);
        let identity = Identity { consumer_key, token, method_name, is_plain: *is_plain };
        Who { identity, prepared: Some(self) }
    }
}

/// An identity, with its pieces of text or without.
#[derive(Clone, Copy)]
pub(super) struct Who<'a> {
    pub(super) identity: Identity<'a>,
    pub(super) prepared: Option<&'a Prepared>,
}

impl Who<'_> {
    pub(super) fn write_header(&self, out: &mut Room) {
        match self.prepared {
            Some(prepared) => out.push(prepared.header.expose()),
            None => self.identity.write_header(out),
        }
    }

    pub(super) fn write_piece(&self, piece: Piece, out: &mut Room) {
        match self.prepared {
            Some(Prepared { pieces: [nonce, timestamp, verifier], .. }) => {
                let kept = match piece {
                    Piece::Nonce => nonce,
                    Piece::Timestamp => timestamp,
                    Piece::Verifier => verifier,
                };
                out.push(kept.expose());
            }
            None => self.identity.write_piece(piece, out),
        }
    }
}
