//! A stand-in for `store::codec` until it is merged.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::full::{Reason, Undecodable};
use crate::domain::{Body, Codec, Full, Json};

pub(super) fn decode(raw: Arc<[u8]>) -> Full {
    let body = body(&raw);
    Full { raw, body }
}

fn body(raw: &[u8]) -> Body {
    let undecodable = |codec, reason, text| {
        Body::Undecodable(Undecodable {
            codec,
            reason,
            text,
        })
    };
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text,
        Err(error) => {
            return undecodable(
                None,
                Reason::NotUtf8 {
                    at: error.valid_up_to(),
                },
                None,
            );
        }
    };
    let plain = Json::parse(text.into());
    let fault = match plain {
        Ok(json) => {
            return Body::Json {
                codec: Codec::Plain,
                json: json.into(),
            };
        }
        Err(fault) => fault,
    };
    if text.starts_with(['{', '[', '"']) {
        return undecodable(
            Some(Codec::Plain),
            Reason::NotJson(fault),
            Some(text.into()),
        );
    }
    let Ok(decoded) = STANDARD.decode(text) else {
        let base64_at = text.len();
        return undecodable(
            None,
            Reason::Neither {
                json: fault,
                base64_at,
            },
            Some(text.into()),
        );
    };
    let codec = Some(Codec::Base64);
    match String::from_utf8(decoded) {
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            undecodable(codec, Reason::Base64NotUtf8 { at }, None)
        }
        Ok(text) => match Json::parse(text.as_str().into()) {
            Ok(json) => Body::Json {
                codec: Codec::Base64,
                json: json.into(),
            },
            Err(fault) => undecodable(codec, Reason::Base64NotJson(fault), Some(text.into())),
        },
    }
}
