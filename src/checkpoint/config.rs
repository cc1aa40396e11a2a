//! `config.json` of a model, as far as the wiring can use it.

use serde::Deserialize;

use super::ModelConfig;
use super::lenient::Lenient;
use crate::source::ReadAt;

/// Longest `config.json` that is read.
const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// Reads `config.json`; the error is a reason for people.
pub(super) fn read(source: &dyn ReadAt) -> Result<ModelConfig, String> {
    if source.len() > MAX_CONFIG_BYTES {
        return Err(format!("it is longer than {} MB", MAX_CONFIG_BYTES >> 20));
    }
    let mut bytes = vec![0; source.len() as usize];
    source.read_exact_at(0, &mut bytes).map_err(|error| error.to_string())?;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err("it is no JSON object".to_owned());
    }
    let raw: Raw = serde_json::from_slice(&bytes).map_err(|error| super::error::wrong_json(&error))?;
    Ok(raw.into_config())
}

/// Every spelling of the few entries, at the top or in `text_config`; values of other types count as missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    model_type: Lenient<String>,
    hidden_size: Lenient<u64>,
    n_embd: Lenient<u64>,
    d_model: Lenient<u64>,
    dim: Lenient<u64>,
    num_attention_heads: Lenient<u64>,
    n_head: Lenient<u64>,
    num_heads: Lenient<u64>,
    encoder_attention_heads: Lenient<u64>,
    n_heads: Lenient<u64>,
    num_key_value_heads: Lenient<u64>,
    head_dim: Lenient<u64>,
    d_kv: Lenient<u64>,
    num_hidden_layers: Lenient<u64>,
    n_layer: Lenient<u64>,
    num_layers: Lenient<u64>,
    n_layers: Lenient<u64>,
    use_parallel_residual: Lenient<bool>,
    parallel_attn: Lenient<bool>,
    text_config: Option<Box<Raw>>,
}

impl Raw {
    fn into_config(self) -> ModelConfig {
        let inner = self.text_config.map(|text| text.into_config()).unwrap_or_default();
        ModelConfig {
            model_type: self.model_type.0.or(inner.model_type),
            hidden_size: first([self.hidden_size, self.n_embd, self.d_model, self.dim]).or(inner.hidden_size),
            num_attention_heads: first([
                self.num_attention_heads,
                self.n_head,
                self.num_heads,
                self.encoder_attention_heads,
                self.n_heads,
            ])
            .or(inner.num_attention_heads),
            num_key_value_heads: self.num_key_value_heads.0.or(inner.num_key_value_heads),
            head_dim: first([self.head_dim, self.d_kv]).or(inner.head_dim),
            num_hidden_layers: first([self.num_hidden_layers, self.n_layer, self.num_layers, self.n_layers])
                .or(inner.num_hidden_layers),
            parallel_residual: first([self.use_parallel_residual, self.parallel_attn])
                .or(inner.parallel_residual),
        }
    }
}

fn first<T, const N: usize>(values: [Lenient<T>; N]) -> Option<T> {
    values.into_iter().find_map(|value| value.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<ModelConfig, String> {
        read(&json.as_bytes().to_vec())
    }

    #[test]
    fn spellings_and_nesting() {
        let gpt2 = parse(r#"{"model_type":"gpt2","n_embd":64,"n_head":4,"n_layer":2,"n_inner":null}"#)
            .expect("valid");
        assert_eq!((gpt2.hidden_size, gpt2.num_attention_heads), (Some(64), Some(4)));
        assert_eq!((gpt2.num_hidden_layers, gpt2.model_type.as_deref()), (Some(2), Some("gpt2")));
        let neox = parse(r#"{"model_type":"gpt_neox","use_parallel_residual":false}"#).expect("valid");
        assert_eq!(neox.parallel_residual, Some(false));
        let nested =
            parse(r#"{"model_type":"gemma3","text_config":{"hidden_size":8,"head_dim":2}}"#).expect("valid");
        assert_eq!((nested.hidden_size, nested.head_dim), (Some(8), Some(2)));
    }

    #[test]
    fn values_of_other_types_count_as_missing() {
        let odd = r#"{"hidden_size":"64","n_embd":[1,{"a":2}],"d_model":-3,"dim":1.5,"head_dim":true,"model_type":7}"#;
        assert_eq!(parse(odd), Ok(ModelConfig::default()));
    }

    #[test]
    fn malformed_ones_say_why() {
        for json in ["", "[]", "{\"hidden_size\":1", "{\"hidden_size\":1,\"hidden_size\":2}"] {
            assert!(parse(json).is_err(), "{json}");
        }
        assert!(read(&vec![b' '; (4 << 20) + 1]).expect_err("too long").contains("4 MB"));
        let deep = "{\"text_config\":".repeat(100_000);
        assert!(parse(&deep).is_err());
    }
}
