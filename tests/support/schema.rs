//! Every result of the tests is checked against the published schema.

use serde_json::Value;

/// Asserts that a document follows `docs/result.schema.json`.
pub fn assert_valid(document: &Value) {
    let schema: Value =
        serde_json::from_str(include_str!("../../docs/result.schema.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
