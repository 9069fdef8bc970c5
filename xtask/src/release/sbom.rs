//! What is in the program, for machines: CycloneDX 1.6 (ECMA-424), as JSON.

use super::crates::{Crate, Id};
use super::read;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The program's own package in the graph.
const PROGRAM: &str = "push-service";
/// Brings the source of SQLite along.
const SQLITE: &str = "libsqlite3-sys";

/// The bill of materials of these crates.
pub(super) fn of(crates: &BTreeMap<Id, Crate>, version: &str, date: &str) -> Result<String, String> {
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for (id, one) in crates {
        let mut needs: Vec<String> =
            one.needs.iter().filter_map(|need| Some(reference(need, crates.get(need)?))).collect();
        if id.0 == SQLITE {
            let sqlite = sqlite(one)?;
            needs.push(sqlite["bom-ref"].as_str().unwrap_or_default().to_owned());
            dependencies.push(json!({ "ref": sqlite["bom-ref"], "dependsOn": [] }));
            components.push(sqlite);
        }
        let of = if id.0 == PROGRAM { "styrk".to_owned() } else { reference(id, one) };
        dependencies.push(json!({ "ref": of, "dependsOn": needs }));
        if id.0 != PROGRAM {
            components.push(component(id, one));
        }
    }
    let program = json!({
        "type": "application", "bom-ref": "styrk", "name": "styrk", "version": version,
        "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
    });
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "timestamp": date, "component": program },
        "components": components,
        "dependencies": dependencies,
    });
    serde_json::to_string_pretty(&bill).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// A name by which other tools know a crate. Ours are at no registry, where others may have their names.
fn reference((name, version): &Id, one: &Crate) -> String {
    if one.foreign { format!("pkg:cargo/{name}@{version}") } else { format!("styrk:{name}") }
}

fn component(id: &Id, one: &Crate) -> Value {
    let mut component = json!({
        "type": "library", "bom-ref": reference(id, one), "name": id.0, "version": id.1,
        "scope": if one.linked { "required" } else { "excluded" },
    });
    if one.foreign {
        component["purl"] = reference(id, one).into();
    }
    if let Some(licence) = &one.licence {
        // The slash was how Cargo wrote "or" before there were expressions.
        component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
    }
    if let Some(checksum) = &one.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

/// SQLite stands in no Cargo.lock, and is what advisories are about.
fn sqlite(carrier: &Crate) -> Result<Value, String> {
    let header = read(&carrier.folder.join("sqlite3/sqlite3.h"))?;
    let version = header.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "));
    let version = version.map(|rest| rest.trim().trim_matches('"')).ok_or("SQLite says no version")?;
    Ok(json!({
        "type": "library", "bom-ref": format!("pkg:generic/sqlite@{version}"), "name": "sqlite", "version": version,
        "scope": "required", "purl": format!("pkg:generic/sqlite@{version}"),
        "cpe": format!("cpe:2.3:a:sqlite:sqlite:{version}:*:*:*:*:*:*:*"),
        "licenses": [{ "license": { "name": "Public domain" } }],
    }))
}
