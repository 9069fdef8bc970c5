//! Checks `sv.ftl` and `en.ftl` against each other and generates the accessors of `Texts`.

#[path = "build/generate.rs"]
mod generate;
#[path = "build/source.rs"]
mod source;

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build");
    let read = |name: &str| {
        println!("cargo:rerun-if-changed={name}");
        fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))
    };
    let swedish = source::parse(&read("sv.ftl")?).map_err(|error| format!("sv.ftl: {error}"))?;
    let english = source::parse(&read("en.ftl")?).map_err(|error| format!("en.ftl: {error}"))?;
    source::same(&swedish, &english)?;
    let directory = env::var("OUT_DIR")?;
    fs::write(Path::new(&directory).join("texts.rs"), generate::accessors(&swedish, &english))?;
    Ok(())
}
