//! Writes every life that is told in `src/lives` to its file.

use std::error::Error;
use std::fs;

#[expect(clippy::print_stdout, reason = "a command says what it has done")]
fn main() -> Result<(), Box<dyn Error>> {
    let lives = scenarios::lives::all();
    for (name, scenario) in &lives {
        let path = scenarios::folder().join(format!("{name}.json"));
        fs::write(&path, scenario.to_json())?;
        println!("{:>3} steps  {name}", scenario.steps.len());
    }
    for entry in fs::read_dir(scenarios::folder())? {
        let file = entry?.file_name().into_string().unwrap_or_default();
        let name = file.strip_suffix(".json");
        if name.is_some_and(|name| lives.iter().all(|(told, _)| told != name)) {
            println!("no script: {file}");
        }
    }
    Ok(())
}
