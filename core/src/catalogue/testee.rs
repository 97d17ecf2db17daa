//! The testee protocol: one request line in, one reply line out, whatever the line holds.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Json, error_json, through};
use crate::codec::json;
use crate::codec::tree::Tree;
use crate::limits::{JSON_DEPTH_MAX, JSON_INT_MAX};
use crate::{Code, Error, Result};

/// Answers one line (without its newline). Never fails: what is no request is answered with
/// `bad_request`, id null and an empty path.
#[must_use]
pub fn testee_line(line: &[u8]) -> Vec<u8> {
    testee_line_by(line, |function, input| through(&Json(input), function, None))
}

/// [`testee_line`] with another way from an input to the JSON of its result.
pub(crate) fn testee_line_by(line: &[u8], by: impl Fn(&str, &Tree<'_>) -> Result<Vec<u8>>) -> Vec<u8> {
    let parsed = json::parse(line, JSON_DEPTH_MAX)
        .map_err(|error| Error::new(Code::BadRequest, error.into_parts().message))
        .and_then(|tree| answer(&tree, by));
    match parsed {
        Ok(reply) => reply,
        Err(error) => reply("null", "error", &error_json(&error)),
    }
}

fn reply(id: &str, field: &str, value: &[u8]) -> Vec<u8> {
    [
        b"{\"id\":",
        id.as_bytes(),
        b",\"",
        field.as_bytes(),
        b"\":",
        value,
        b"}",
    ]
    .concat()
}

fn bad_request(what: &str) -> Error {
    Error::new(Code::BadRequest, what)
}

fn answer(tree: &Tree<'_>, by: impl Fn(&str, &Tree<'_>) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let Tree::Map(entries) = tree else {
        return Err(bad_request("a request is an object"));
    };
    let (mut id, mut function, mut input) = (None, None, None);
    for (key, value) in entries {
        let place = match &**key {
            "id" => &mut id,
            "fn" => &mut function,
            "input" => &mut input,
            _ => return Err(bad_request("a request has exactly id, fn and input")),
        };
        if place.replace(value).is_some() {
            return Err(bad_request("a key of the request stands twice"));
        }
    }
    let (Some(id), Some(Tree::Text(function)), Some(input @ Tree::Map(_))) = (id, function, input) else {
        return Err(bad_request(
            "a request has id (integer or text), fn (text) and input (object)",
        ));
    };
    let id = id_text(id)?;
    Ok(match by(function, input) {
        Ok(output) => reply(&id, "ok", &output),
        Err(error) => reply(&id, "error", &error_json(&error)),
    })
}

/// The id as it is echoed: a text, or an integer within ±(2^53 - 1).
fn id_text(id: &Tree<'_>) -> Result<String> {
    match id {
        Tree::Text(text) => json::to_string(&**text),
        Tree::Number(lexeme) => lexeme
            .parse::<i64>()
            .ok()
            .filter(|number| number.unsigned_abs() <= JSON_INT_MAX && lexeme != "-0")
            .map(|number| number.to_string())
            .ok_or_else(|| bad_request("an id is an integer within 2^53 - 1, or a text")),
        _ => Err(bad_request("an id is an integer or a text")),
    }
}
