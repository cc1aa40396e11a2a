//! Records of the page in the order of their series, with the degrees of emergence. They are completed in place: most of
//! a record is arrays that neither change nor need to cross the boundary.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::value::{read, write};
use crate::series::{BASELINE_WARNINGS, Placed, Point, Relation, relations, sort};

/// A record, and what its place depends on.
struct Known {
    point: Point,
    record: JsValue,
}

impl Placed for Known {
    fn series(&self) -> Option<&str> {
        self.point.series()
    }

    fn step(&self) -> Option<u64> {
        self.point.step
    }
}

/// The records in the order of a document, each with its relation to the baseline of its series.
pub(super) fn arranged(records: Vec<JsValue>) -> Result<Array, JsValue> {
    let known = |record: JsValue| {
        let shape = "This is not the record of a checkpoint.";
        let point = read(record.clone(), "bad-document", shape)?;
        Ok(Known { point, record })
    };
    let mut known = records.into_iter().map(known).collect::<Result<Vec<Known>, JsValue>>()?;
    sort(&mut known);
    let (points, records): (Vec<Point>, Vec<JsValue>) =
        known.into_iter().map(|known| (known.point, known.record)).unzip();
    for (record, relation) in records.iter().zip(relations(&points)) {
        complete(record, &relation)?;
    }
    Ok(records.into_iter().collect())
}

/// Writes the relation into a record.
fn complete(record: &JsValue, relation: &Relation) -> Result<(), JsValue> {
    Reflect::set(record, &"emergence".into(), &write(&relation.emergence)?)?;
    let uncertainty = Reflect::get(record, &"uncertainty".into())?;
    if uncertainty.is_object() {
        Reflect::set(&uncertainty, &"emergence_interval".into(), &write(&relation.interval)?)?;
    }
    let nulls = Array::from(&Reflect::get(record, &"nulls".into())?);
    for (null, relation) in nulls.iter().zip(&relation.nulls) {
        Reflect::set(&null, &"emergence".into(), &write(&relation.emergence)?)?;
        Reflect::set(&null, &"emergence_interval".into(), &write(&relation.interval)?)?;
        Reflect::set(&null, &"difference".into(), &write(&relation.difference)?)?;
        Reflect::set(&null, &"text".into(), &write(&relation.text)?)?;
    }
    let others = Array::from(&Reflect::get(record, &"warnings".into())?).filter(&mut |other, _, _| {
        let code = Reflect::get(&other, &"code".into()).ok().and_then(|code| code.as_string());
        !code.is_some_and(|code| BASELINE_WARNINGS.contains(&code.as_str()))
    });
    if let Some(warning) = &relation.warning {
        others.push(&write(warning)?);
    }
    Reflect::set(record, &"warnings".into(), &others)?;
    Ok(())
}
