//! Drawing the number (property 2).

use authenticator_protocol::number::{Digits, Number};
use authenticator_protocol::random::Random;

/// Draws before looking for a free number one by one.
const DRAWS: usize = 32;

/// A number that is not `taken`; each free one is as likely as the others while most are free. When hardly any is
/// left, the first free one above a random start. `None` when all are taken.
pub(super) fn free_number(
    digits: Digits,
    taken: &dyn Fn(&Number) -> bool,
    random: &mut dyn Random,
) -> Option<Number> {
    let drawn = (0..DRAWS).map(|_| Number::random(digits, random)).find(|number| !taken(number));
    if drawn.is_some() {
        return drawn;
    }
    let count = 10_u32.pow(u32::from(digits.get()));
    let start: u32 = Number::random(digits, random).as_str().parse().ok()?;
    (0..count)
        .filter_map(|step| {
            format!("{:0width$}", (start + step) % count, width = digits.get().into()).parse().ok()
        })
        .find(|number| !taken(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Seeded;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_is_never_taken(seed: u64, taken in proptest::collection::hash_set(0_u32..100, 0..=100)) {
            let is_taken = |number: &Number| taken.contains(&number.as_str().parse().unwrap());
            match free_number(Digits::DEFAULT, &is_taken, &mut Seeded(seed)) {
                Some(number) => prop_assert!(!is_taken(&number) && number.as_str().len() == 2),
                None => prop_assert_eq!(taken.len(), 100),
            }
        }

        #[test]
        fn the_last_free_number_is_found(seed: u64, free in 0_u32..100) {
            let is_taken = |number: &Number| number.as_str().parse::<u32>().unwrap() != free;
            let found = free_number(Digits::DEFAULT, &is_taken, &mut Seeded(seed)).unwrap();
            prop_assert_eq!(found.as_str().parse::<u32>().unwrap(), free);
        }
    }
}
