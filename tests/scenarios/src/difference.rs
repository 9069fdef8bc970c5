//! Where two JSON values differ.

use serde_json::Value;

/// The first difference, with its path; `None` when they are equal.
pub(crate) fn difference(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            names.into_iter().find_map(|name| {
                let (one, other) = (one.get(name), other.get(name));
                let path = format!("{path}.{name}");
                difference(&path, one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null))
            })
        }
        (Value::Array(one), Value::Array(other)) => {
            let pairs = one.iter().zip(other).enumerate();
            let inside = pairs
                .into_iter()
                .find_map(|(n, (one, other))| difference(&format!("{path}[{n}]"), one, other));
            let longer = || match one.len().cmp(&other.len()) {
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some((one.get(other.len()), "is missing")),
                std::cmp::Ordering::Less => Some((other.get(one.len()), "is too much")),
            };
            let shorter = one.len().min(other.len());
            inside.or_else(|| {
                longer()
                    .map(|(item, what)| format!("{path}[{shorter}] {what}: {}", item.unwrap_or(&Value::Null)))
            })
        }
        _ => (expected != actual).then(|| format!("{path}\n  expected {expected}\n  but it is {actual}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_the_place() {
        let one = json!({"a": [1, {"b": 2}], "c": null});
        assert_eq!(difference("", &one, &one), None);
        for (other, says) in [
            (json!({"a": [1, {"b": 3}], "c": null}), ".a[1].b\n  expected 2\n  but it is 3"),
            (json!({"a": [1], "c": null}), ".a[1] is missing: {\"b\":2}"),
            (json!({"a": [1, {"b": 2}, 4], "c": null}), ".a[2] is too much: 4"),
            (json!({"a": [1, {"b": 2}], "d": 1}), ".d\n  expected null\n  but it is 1"),
        ] {
            assert_eq!(difference("", &one, &other).as_deref(), Some(says));
        }
    }
}
