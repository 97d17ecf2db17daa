//! A tree as JSON text, to the letter: numbers as they were written, repeated keys too.

use aicf_core::codec::json;
use aicf_core::codec::tree::Tree;

/// Writes a tree as JSON.
pub fn write_tree(tree: &Tree<'_>, out: &mut String) {
    let text = |value: &str| json::to_string(value).unwrap_or_default();
    match tree {
        Tree::Null | Tree::Refused(..) => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(lexeme) => out.push_str(lexeme),
        Tree::Int(value) | Tree::Exact(value) => out.push_str(&value.to_string()),
        Tree::Text(value) => out.push_str(&text(value)),
        Tree::Bytes(_) => out.push_str("\"0x\""),
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_tree(item, out);
            }
            out.push(']');
        }
        Tree::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&text(key));
                out.push(':');
                write_tree(value, out);
            }
            out.push('}');
        }
    }
}
