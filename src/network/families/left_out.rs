//! Why a tensor that no row of the table names is left out, by its name.

/// Pieces of names and what such tensors are. The first that fits counts.
///
/// A dot at the start of a piece stands for the start of a name, too; `$` is its end.
const REASONS: &[(&str, &str)] = &[
    ("masked_bias", "buffers"),
    ("attn.bias$", "buffers"),
    ("attention.bias$", "buffers"),
    ("rotary", "buffers"),
    ("rope_freqs", "buffers"),
    ("inv_freq", "buffers"),
    ("causal_mask", "buffers"),
    ("attn_mask", "buffers"),
    ("running_mean", "buffers"),
    ("running_var", "buffers"),
    ("exp_avg", "optimiser state"),
    ("momentum_buffer", "optimiser state"),
    ("relative_attention_bias", "embeddings"),
    ("relative_position_bias", "embeddings"),
    ("attn_rel_b", "embeddings"),
    ("embed", "embeddings"),
    ("_embd", "embeddings"),
    ("pos_encoder", "embeddings"),
    (".wte.", "embeddings"),
    (".wpe.", "embeddings"),
    ("token_types", "embeddings"),
    (".shared.weight$", "embeddings"),
    ("cls_token", "embeddings"),
    ("dist_token", "embeddings"),
    ("mask_token", "embeddings"),
    ("class_token", "embeddings"),
    ("conv_proj.", "embeddings"),
    ("lm_head", "language-model head"),
    ("vocab_projector", "language-model head"),
    ("vocab_transform", "language-model head"),
    ("cls.predictions", "language-model head"),
    (".predictions.", "language-model head"),
    ("output_layer.weight$", "language-model head"),
    (".output.weight$", "language-model head"),
    ("proj_out.", "language-model head"),
    ("bias$", "biases"),
    ("norm", "normalisation"),
    ("ln_", "normalisation"),
    (".ln.", "normalisation"),
    (".ln1.", "normalisation"),
    (".ln2.", "normalisation"),
    (".bn.", "normalisation"),
    (".bn1.", "normalisation"),
    (".bn2.", "normalisation"),
    (".bn3.", "normalisation"),
    ("pooler", "pooler"),
    ("router", "routers"),
    (".gate.weight$", "routers"),
    ("expert_gate", "routers"),
    ("ffn_gate_inp", "routers"),
];

/// What the outputs of a transformer are called; in other networks these are layers like any.
const CLASSIFIERS: &[(&str, &str)] = &[
    ("classifier", "classifier"),
    (".head.", "classifier"),
    ("heads.", "classifier"),
    ("head_dist", "classifier"),
    (".score.", "classifier"),
    ("qa_outputs", "classifier"),
    ("discriminator_predictions", "classifier"),
    ("seq_relationship", "classifier"),
    (".fc.", "classifier"),
    ("text_projection", "projections"),
    ("visual_projection", "projections"),
    ("project_in", "projections"),
    ("project_out", "projections"),
    ("embedding_hidden_mapping_in", "projections"),
    ("visual.proj$", "projections"),
    ("self.pos_", "embeddings"),
    (".conv1.", "convolutions before the blocks"),
    (".conv2.", "convolutions before the blocks"),
    ("feature_extractor", "convolutions before the blocks"),
    ("feature_projection", "convolutions before the blocks"),
    ("conv1d.", "short convolutions"),
    ("a_log", "state of the model"),
    ("downsample", "merging between stages"),
    ("features.", "merging between stages"),
    ("indexer", "selection of positions"),
];

/// Why the tensor of this name, in lower case, is no matrix of a network; `None` where it may be one.
pub(in crate::network) fn left_out(name: &str, in_transformer: bool) -> Option<&'static str> {
    // Ends that pieces can ask for: `.wte.` is found at the start of a name too.
    let ends = format!(".{name}$");
    let fits = |piece: &str| ends.contains(piece);
    let find =
        |reasons: &[(&str, &'static str)]| reasons.iter().find(|(piece, _)| fits(piece)).map(|found| found.1);
    find(REASONS).or_else(|| in_transformer.then(|| find(CLASSIFIERS)).flatten())
}
