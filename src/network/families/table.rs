//! The table of families: names of tensors in a block, and the group that each belongs to (method, section 1).
//!
//! A stranger's model is added here: a row for each group, in order, and a test model in `tests/data/families`.

use super::{Family, Form, Row, Stack};
use crate::network::Role;
use Form::{
    InputsFirst, KeysAndValues, Queries, Router, RowsInputsFirst, RowsOutputsFirst, StackInputsFirst,
    StackOutputsFirst,
};
use Role::{
    AttentionIn, AttentionOut, CrossKeyValue, CrossOut, CrossQuery, ExpertDown, ExpertGate, ExpertUp,
    KeyValueUp, MlpDown, MlpUp, QueryUp, StateIn, StateOut, StateSelection, StateStep,
};

/// Every known family. The one that names most tensors wins, of equals the first.
pub(in crate::network) const FAMILIES: &[Family] = &[
    // Decoders.
    one("GPT-NeoX", "layers.", &[GPT_NEOX]),
    one("GPT-2", "h.", &[GPT2]),
    one("nanoGPT", "h.", &[NANOGPT]),
    one("GPT-J", "h.", &[GPT_J]),
    one("GPT-Neo", "h.", &[GPT_NEO]),
    one("CodeGen", "h.", &[CODEGEN]),
    one("Qwen", "h.", &[QWEN]),
    signed("BLOOM", "word_embeddings_layernorm", "h.", &[FALCON]),
    one("Falcon", "h.", &[FALCON]),
    one("MPT", "blocks.", &[MPT]),
    one("OPT", "layers.", &[SELF_OUT_PROJ, FC]),
    one("Llama", "layers.", &[SELF_O_PROJ, GATED]),
    one("Phi-3", "layers.", &[SELF_FUSED, FUSED_GATED]),
    one("GLM-4", "layers.", &[SELF_O_PROJ, FUSED_GATED]),
    one("Baichuan", "layers.", &[BAICHUAN, GATED]),
    one("Phi", "layers.", &[PHI, MLP_FC]),
    one("StarCoder2", "layers.", &[SELF_O_PROJ, STARCODER2]),
    one("Nemotron", "layers.", &[SELF_O_PROJ, NEMOTRON]),
    one("Persimmon", "layers.", &[PERSIMMON]),
    one("ChatGLM", "layers.", &[FALCON]),
    // Llama as its authors publish it.
    one("Llama", "layers.", &[LLAMA_META]),
    one("InternLM2", "layers.", &[INTERNLM2]),
    one("OLMo", "blocks.", &[OLMO]),
    // Mixtures of experts.
    one("Mixtral", "layers.", &[SELF_O_PROJ, MIXTRAL]),
    one("Qwen-MoE", "layers.", &[SELF_O_PROJ, GATED, SHARED_EXPERT, EXPERTS]),
    one("DeepSeek", "layers.", &[LATENT, SELF_O_PROJ, GATED, SHARED_EXPERT, EXPERTS]),
    // Experts in stacks, as transformers 5 keeps them.
    one("Qwen-MoE", "layers.", &[LATENT, SELF_O_PROJ, GATED, SHARED_EXPERT, EXPERT_STACKS]),
    one("gpt-oss", "layers.", &[SELF_O_PROJ, GPT_OSS]),
    one("Llama 4", "layers.", &[SELF_O_PROJ, LLAMA_4]),
    one("Granite MoE", "layers.", &[SELF_O_PROJ, GRANITE_MOE]),
    one("DBRX", "blocks.", &[DBRX]),
    // State-space models.
    one("Mamba", "layers.", &[MAMBA]),
    // Encoders of text.
    one("BERT", "layer.", &[BERT_ATTENTION, BERT_CROSS, BERT_MLP]),
    one("DeBERTa", "layer.", &[DEBERTA, BERT_MLP]),
    one("DistilBERT", "layer.", &[DISTILBERT]),
    one("ALBERT", "albert_layers.", &[ALBERT]),
    one("MPNet", "layer.", &[MPNET, BERT_MLP]),
    one("ModernBERT", "layers.", &[MODERNBERT]),
    // Images.
    one("ViT", "layer.", &[VIT, BERT_MLP, DINO_MLP]),
    // As transformers 5 names them in memory.
    one("ViT", "layers.", &[ATTENTION, MLP_FC]),
    one("ViT", "layer.", &[ATTENTION, DINO_MLP]),
    one("ViT", "blocks.", &[TIMM]),
    // ViT of torchvision, before and after its feed-forward part became a sequence.
    one("ViT", "encoder_layer_", &[VIT_TORCHVISION]),
    one("Swin", "layers.*.blocks.", &[TIMM]),
    one("Swin", "layers.*.blocks.", &[BERT_ATTENTION, BERT_MLP]),
    one("Swin", "layers.*.blocks.", &[ATTENTION, MLP_FC]),
    one("Swin", "features.*.", &[SWIN_TORCHVISION]),
    // CLIP: two towers, or one of them.
    two(
        "CLIP",
        [
            stack("vision", "vision_model.encoder.layers.", &[SELF_OUT_PROJ, MLP_FC]),
            stack("text", "text_model.encoder.layers.", &[SELF_OUT_PROJ, MLP_FC]),
        ],
    ),
    two(
        "CLIP",
        [
            stack("vision", "visual.transformer.resblocks.", &[OPEN_CLIP]),
            stack("text", "transformer.resblocks.", &[OPEN_CLIP]),
        ],
    ),
    one("CLIP", "layers.", &[SELF_OUT_PROJ, MLP_FC]),
    // Sound.
    one("wav2vec 2.0", "layers.", &[WAV2VEC_2_0]),
    // Encoders with decoders.
    Family { name: "Whisper", sign: Some("encoder.conv1."), stacks: BART },
    two("BART", BART),
    // Whisper as its authors publish it.
    two(
        "Whisper",
        [stack("encoder", "encoder.blocks.", &[WHISPER]), stack("decoder", "decoder.blocks.", &[WHISPER])],
    ),
    two(
        "T5",
        [
            stack("encoder", "encoder.block.", &[T5_ATTENTION, T5_ENCODER_MLP]),
            stack("decoder", "decoder.block.", &[T5_ATTENTION, T5_DECODER_CROSS_MLP]),
        ],
    ),
    two(
        "PyTorch Transformer",
        [stack("encoder", "encoder.layers.", &[TORCH]), stack("decoder", "decoder.layers.", &[TORCH])],
    ),
    one("PyTorch Transformer", "layers.", &[TORCH]),
    // Any of them, by GGUF's names.
    one("GGUF", "blk.", &[GGUF]),
    two("T5", [stack("encoder", "enc.blk.", &[GGUF]), stack("decoder", "dec.blk.", &[GGUF])]),
];

const GPT_NEOX: &[Row] = &[
    row(AttentionIn, "attention.query_key_value"),
    row(AttentionOut, "attention.dense"),
    row(MlpUp, "mlp.dense_h_to_4h"),
    row(MlpDown, "mlp.dense_4h_to_h"),
];

const NANOGPT: &[Row] = &[
    row(AttentionIn, "attn.c_attn"),
    row(AttentionOut, "attn.c_proj"),
    row(MlpUp, "mlp.c_fc"),
    row(MlpDown, "mlp.c_proj"),
];

const GPT_J: &[Row] = &[
    row(AttentionIn, "attn.q_proj attn.k_proj attn.v_proj"),
    row(AttentionOut, "attn.out_proj"),
    row(MlpUp, "mlp.fc_in"),
    row(MlpDown, "mlp.fc_out"),
];

const GPT_NEO: &[Row] = &[
    row(AttentionIn, "attn.attention.q_proj attn.attention.k_proj attn.attention.v_proj"),
    row(AttentionOut, "attn.attention.out_proj"),
    row(MlpUp, "mlp.c_fc"),
    row(MlpDown, "mlp.c_proj"),
];

const CODEGEN: &[Row] = &[
    row(AttentionIn, "attn.qkv_proj"),
    row(AttentionOut, "attn.out_proj"),
    row(MlpUp, "mlp.fc_in"),
    row(MlpDown, "mlp.fc_out"),
];

const QWEN: &[Row] = &[
    row(AttentionIn, "attn.c_attn"),
    row(AttentionOut, "attn.c_proj"),
    row(MlpUp, "mlp.w1 mlp.w2"),
    row(MlpDown, "mlp.c_proj"),
];

const MPT: &[Row] = &[
    row(AttentionIn, "attn.Wqkv"),
    row(AttentionOut, "attn.out_proj"),
    row(MlpUp, "ffn.up_proj"),
    row(MlpDown, "ffn.down_proj"),
];

const BAICHUAN: &[Row] = &[row(AttentionIn, "self_attn.W_pack"), row(AttentionOut, "self_attn.o_proj")];

const PHI: &[Row] = &[row(AttentionIn, SELF_QKV), row(AttentionOut, "self_attn.dense")];

const STARCODER2: &[Row] = &[row(MlpUp, "mlp.c_fc"), row(MlpDown, "mlp.c_proj")];

const NEMOTRON: &[Row] = &[row(MlpUp, "mlp.up_proj"), row(MlpDown, "mlp.down_proj")];

const PERSIMMON: &[Row] = &[
    row(AttentionIn, "self_attn.query_key_value"),
    row(AttentionOut, "self_attn.dense"),
    row(MlpUp, "mlp.dense_h_to_4h"),
    row(MlpDown, "mlp.dense_4h_to_h"),
];

const LLAMA_META: &[Row] = &[
    row(AttentionIn, "attention.wq attention.wk attention.wv"),
    row(AttentionOut, "attention.wo"),
    row(MlpUp, "feed_forward.w1 feed_forward.w3"),
    row(MlpDown, "feed_forward.w2"),
];

const INTERNLM2: &[Row] = &[
    row(AttentionIn, "attention.wqkv"),
    row(AttentionOut, "attention.wo"),
    row(MlpUp, "feed_forward.w1 feed_forward.w3"),
    row(MlpDown, "feed_forward.w2"),
];

const OLMO: &[Row] = &[
    row(AttentionIn, "att_proj"),
    row(AttentionOut, "attn_out"),
    row(MlpUp, "ff_proj"),
    row(MlpDown, "ff_out"),
];

const MIXTRAL: &[Row] = &[
    row(ExpertGate, "block_sparse_moe.experts.*.w1"),
    row(ExpertUp, "block_sparse_moe.experts.*.w3"),
    row(ExpertDown, "block_sparse_moe.experts.*.w2"),
];

const EXPERT_STACKS: &[Row] = &[
    formed(ExpertUp, "mlp.experts.gate_up_proj", StackOutputsFirst),
    formed(ExpertDown, "mlp.experts.down_proj", StackOutputsFirst),
];

const GPT_OSS: &[Row] = &[
    formed(ExpertUp, "mlp.experts.gate_up_proj", StackInputsFirst),
    formed(ExpertDown, "mlp.experts.down_proj", StackInputsFirst),
];

const LLAMA_4: &[Row] = &[
    row(MlpUp, "feed_forward.gate_proj feed_forward.up_proj"),
    row(MlpDown, "feed_forward.down_proj"),
    row(ExpertGate, "feed_forward.shared_expert.gate_proj"),
    row(ExpertUp, "feed_forward.shared_expert.up_proj"),
    row(ExpertDown, "feed_forward.shared_expert.down_proj"),
    formed(ExpertUp, "feed_forward.experts.gate_up_proj", StackInputsFirst),
    formed(ExpertDown, "feed_forward.experts.down_proj", StackInputsFirst),
];

const GRANITE_MOE: &[Row] = &[
    row(MlpUp, "shared_mlp.input_linear"),
    row(MlpDown, "shared_mlp.output_linear"),
    formed(ExpertUp, "block_sparse_moe.input_linear", StackOutputsFirst),
    formed(ExpertDown, "block_sparse_moe.output_linear", StackOutputsFirst),
];

const DBRX: &[Row] = &[
    row(AttentionIn, "norm_attn_norm.attn.Wqkv"),
    row(AttentionOut, "norm_attn_norm.attn.out_proj"),
    formed(Role::Other, "ffn.router.layer", Router),
    formed(ExpertGate, "ffn.experts.mlp.w1", RowsOutputsFirst),
    formed(ExpertUp, "ffn.experts.mlp.v1", RowsOutputsFirst),
    formed(ExpertDown, "ffn.experts.mlp.w2", RowsInputsFirst),
];

const MAMBA: &[Row] = &[
    row(StateIn, "mixer.in_proj"),
    row(StateSelection, "mixer.x_proj"),
    row(StateStep, "mixer.dt_proj"),
    row(StateOut, "mixer.out_proj"),
];

const DEBERTA: &[Row] = &[
    row(AttentionIn, "attention.self.query_proj attention.self.key_proj attention.self.value_proj"),
    row(AttentionIn, "attention.self.in_proj"),
    row(AttentionOut, "attention.output.dense"),
];

const DISTILBERT: &[Row] = &[
    row(AttentionIn, "attention.q_lin attention.k_lin attention.v_lin"),
    row(AttentionOut, "attention.out_lin"),
    row(MlpUp, "ffn.lin1"),
    row(MlpDown, "ffn.lin2"),
];

const ALBERT: &[Row] = &[
    row(AttentionIn, "attention.query attention.key attention.value"),
    row(AttentionOut, "attention.dense"),
    row(MlpUp, "ffn"),
    row(MlpDown, "ffn_output"),
];

const MPNET: &[Row] = &[
    row(AttentionIn, "attention.attn.q attention.attn.k attention.attn.v"),
    row(AttentionOut, "attention.attn.o"),
];

const MODERNBERT: &[Row] = &[
    row(AttentionIn, "attn.Wqkv"),
    row(AttentionOut, "attn.Wo"),
    row(MlpUp, "mlp.Wi"),
    row(MlpDown, "mlp.Wo"),
];

const VIT: &[Row] = &[
    row(AttentionIn, "attention.attention.query attention.attention.key attention.attention.value"),
    row(AttentionOut, "attention.output.dense"),
];

const VIT_TORCHVISION: &[Row] = &[
    row(AttentionIn, "self_attention.in_proj_weight"),
    row(AttentionOut, "self_attention.out_proj"),
    row(MlpUp, "mlp.0"),
    row(MlpDown, "mlp.3"),
    row(MlpUp, "mlp.linear_1"),
    row(MlpDown, "mlp.linear_2"),
];

const SWIN_TORCHVISION: &[Row] = &[
    row(AttentionIn, "attn.qkv"),
    row(AttentionOut, "attn.proj"),
    row(MlpUp, "mlp.0"),
    row(MlpDown, "mlp.3"),
];

const WAV2VEC_2_0: &[Row] = &[
    row(AttentionIn, "attention.q_proj attention.k_proj attention.v_proj"),
    row(AttentionOut, "attention.out_proj"),
    row(MlpUp, "feed_forward.intermediate_dense"),
    row(MlpDown, "feed_forward.output_dense"),
];

const T5_ENCODER_MLP: &[Row] = &[
    row(MlpUp, "layer.1.DenseReluDense.wi_0 layer.1.DenseReluDense.wi_1"),
    row(MlpUp, "layer.1.DenseReluDense.wi"),
    row(MlpDown, "layer.1.DenseReluDense.wo"),
];

const T5_DECODER_CROSS_MLP: &[Row] = &[
    row(CrossQuery, "layer.1.EncDecAttention.q"),
    row(CrossKeyValue, "layer.1.EncDecAttention.k layer.1.EncDecAttention.v"),
    row(CrossOut, "layer.1.EncDecAttention.o"),
    row(MlpUp, "layer.2.DenseReluDense.wi_0 layer.2.DenseReluDense.wi_1"),
    row(MlpUp, "layer.2.DenseReluDense.wi"),
    row(MlpDown, "layer.2.DenseReluDense.wo"),
];

const SELF_QKV: &str = "self_attn.q_proj self_attn.k_proj self_attn.v_proj";

const SELF_O_PROJ: &[Row] = &[row(AttentionIn, SELF_QKV), row(AttentionOut, "self_attn.o_proj")];

const SELF_OUT_PROJ: &[Row] = &[row(AttentionIn, SELF_QKV), row(AttentionOut, "self_attn.out_proj")];

const SELF_FUSED: &[Row] = &[row(AttentionIn, "self_attn.qkv_proj"), row(AttentionOut, "self_attn.o_proj")];

/// Multi-head latent attention: queries, keys and values pass through narrow layers.
const LATENT: &[Row] = &[
    row(AttentionIn, "self_attn.q_a_proj self_attn.kv_a_proj_with_mqa"),
    row(AttentionIn, "self_attn.q_proj self_attn.kv_a_proj_with_mqa"),
    row(QueryUp, "self_attn.q_b_proj"),
    row(KeyValueUp, "self_attn.kv_b_proj"),
];

const GATED: &[Row] = &[row(MlpUp, "mlp.gate_proj mlp.up_proj"), row(MlpDown, "mlp.down_proj")];

const FUSED_GATED: &[Row] = &[row(MlpUp, "mlp.gate_up_proj"), row(MlpDown, "mlp.down_proj")];

const FC: &[Row] = &[row(MlpUp, "fc1"), row(MlpDown, "fc2")];

const MLP_FC: &[Row] = &[row(MlpUp, "mlp.fc1"), row(MlpDown, "mlp.fc2")];

const SHARED_EXPERT: &[Row] = &[
    row(ExpertGate, "mlp.shared_expert.gate_proj"),
    row(ExpertUp, "mlp.shared_expert.up_proj"),
    row(ExpertDown, "mlp.shared_expert.down_proj"),
    row(ExpertGate, "mlp.shared_experts.gate_proj"),
    row(ExpertUp, "mlp.shared_experts.up_proj"),
    row(ExpertDown, "mlp.shared_experts.down_proj"),
];

const EXPERTS: &[Row] = &[
    row(ExpertGate, "mlp.experts.*.gate_proj"),
    row(ExpertUp, "mlp.experts.*.up_proj"),
    row(ExpertDown, "mlp.experts.*.down_proj"),
];

const FALCON: &[Row] = &[
    row(AttentionIn, "self_attention.query_key_value"),
    row(AttentionOut, "self_attention.dense"),
    row(MlpUp, "mlp.dense_h_to_4h"),
    row(MlpDown, "mlp.dense_4h_to_h"),
];

/// Every matrix is stored the other way round (Conv1D).
const GPT2: &[Row] = &[
    formed(AttentionIn, "attn.c_attn", InputsFirst),
    formed(AttentionOut, "attn.c_proj", InputsFirst),
    formed(CrossQuery, "crossattention.q_attn", InputsFirst),
    formed(CrossKeyValue, "crossattention.c_attn", InputsFirst),
    formed(CrossOut, "crossattention.c_proj", InputsFirst),
    formed(MlpUp, "mlp.c_fc", InputsFirst),
    formed(MlpDown, "mlp.c_proj", InputsFirst),
];

const BERT_ATTENTION: &[Row] = &[
    row(AttentionIn, "attention.self.query attention.self.key attention.self.value"),
    row(AttentionOut, "attention.output.dense"),
];

const BERT_CROSS: &[Row] = &[
    row(CrossQuery, "crossattention.self.query"),
    row(CrossKeyValue, "crossattention.self.key crossattention.self.value"),
    row(CrossOut, "crossattention.output.dense"),
];

const ATTENTION: &[Row] = &[
    row(AttentionIn, "attention.q_proj attention.k_proj attention.v_proj"),
    row(AttentionOut, "attention.o_proj"),
];

const DINO_MLP: &[Row] = &[
    row(MlpUp, "mlp.fc1"),
    row(MlpDown, "mlp.fc2"),
    row(MlpUp, "mlp.weights_in"),
    row(MlpDown, "mlp.weights_out"),
];

const BERT_MLP: &[Row] = &[row(MlpUp, "intermediate.dense"), row(MlpDown, "output.dense")];

const TIMM: &[Row] = &[
    row(AttentionIn, "attn.qkv"),
    row(AttentionOut, "attn.proj"),
    row(MlpUp, "mlp.fc1"),
    row(MlpDown, "mlp.fc2"),
];

const OPEN_CLIP: &[Row] = &[
    row(AttentionIn, "attn.in_proj_weight"),
    row(AttentionOut, "attn.out_proj"),
    row(MlpUp, "mlp.c_fc"),
    row(MlpDown, "mlp.c_proj"),
];

const BART: [Stack; 2] = [
    stack("encoder", "encoder.layers.", &[SELF_OUT_PROJ, FC]),
    stack(
        "decoder",
        "decoder.layers.",
        &[
            SELF_OUT_PROJ,
            &[
                row(CrossQuery, "encoder_attn.q_proj"),
                row(CrossKeyValue, "encoder_attn.k_proj encoder_attn.v_proj"),
                row(CrossOut, "encoder_attn.out_proj"),
            ],
            FC,
        ],
    ),
];

const WHISPER: &[Row] = &[
    row(AttentionIn, "attn.query attn.key attn.value"),
    row(AttentionOut, "attn.out"),
    row(CrossQuery, "cross_attn.query"),
    row(CrossKeyValue, "cross_attn.key cross_attn.value"),
    row(CrossOut, "cross_attn.out"),
    row(MlpUp, "mlp.0"),
    row(MlpDown, "mlp.2"),
];

const T5_ATTENTION: &[Row] = &[
    row(AttentionIn, "layer.0.SelfAttention.q layer.0.SelfAttention.k layer.0.SelfAttention.v"),
    row(AttentionOut, "layer.0.SelfAttention.o"),
];

const TORCH: &[Row] = &[
    row(AttentionIn, "self_attn.in_proj_weight"),
    row(AttentionOut, "self_attn.out_proj"),
    formed(CrossQuery, "multihead_attn.in_proj_weight", Queries),
    formed(CrossKeyValue, "multihead_attn.in_proj_weight", KeysAndValues),
    row(CrossQuery, "multihead_attn.q_proj_weight"),
    row(CrossKeyValue, "multihead_attn.k_proj_weight multihead_attn.v_proj_weight"),
    row(CrossOut, "multihead_attn.out_proj"),
    row(MlpUp, "linear1"),
    row(MlpDown, "linear2"),
];

const GGUF: &[Row] = &[
    row(AttentionIn, "attn_q attn_k attn_v"),
    row(AttentionIn, "attn_qkv"),
    row(AttentionIn, "attn_q_a attn_kv_a_mqa"),
    row(AttentionIn, "attn_q attn_kv_a_mqa"),
    row(QueryUp, "attn_q_b"),
    row(KeyValueUp, "attn_kv_b"),
    formed(KeyValueUp, "attn_k_b", InputsFirst),
    row(KeyValueUp, "attn_v_b"),
    row(AttentionOut, "attn_output"),
    row(AttentionOut, "attn_o"),
    row(CrossQuery, "cross_attn_q"),
    row(CrossKeyValue, "cross_attn_k cross_attn_v"),
    row(CrossOut, "cross_attn_o"),
    row(MlpUp, "ffn_gate ffn_up"),
    row(MlpUp, "ffn_up"),
    row(MlpDown, "ffn_down"),
    row(ExpertGate, "ffn_gate_shexp"),
    row(ExpertUp, "ffn_up_shexp"),
    row(ExpertDown, "ffn_down_shexp"),
    row(ExpertGate, "ffn_gate.*"),
    row(ExpertUp, "ffn_up.*"),
    row(ExpertDown, "ffn_down.*"),
    formed(ExpertGate, "ffn_gate_exps", StackOutputsFirst),
    formed(ExpertUp, "ffn_up_exps", StackOutputsFirst),
    formed(ExpertUp, "ffn_gate_up_exps", StackOutputsFirst),
    formed(ExpertDown, "ffn_down_exps", StackOutputsFirst),
    row(StateIn, "ssm_in"),
    row(StateSelection, "ssm_x"),
    row(StateStep, "ssm_dt"),
    row(StateOut, "ssm_out"),
];

const fn one(name: &'static str, blocks: &'static str, parts: &'static [&'static [Row]]) -> Family {
    two(name, [stack("", blocks, parts), stack("", "", &[])])
}

const fn signed(
    name: &'static str,
    sign: &'static str,
    blocks: &'static str,
    parts: &'static [&'static [Row]],
) -> Family {
    Family { name, sign: Some(sign), stacks: [stack("", blocks, parts), stack("", "", &[])] }
}

const fn two(name: &'static str, stacks: [Stack; 2]) -> Family {
    Family { name, sign: None, stacks }
}

const fn row(role: Role, tensors: &'static str) -> Row {
    formed(role, tensors, Form::OutputsFirst)
}

const fn formed(role: Role, tensors: &'static str, form: Form) -> Row {
    Row { role, tensors, form }
}

const fn stack(label: &'static str, blocks: &'static str, parts: &'static [&'static [Row]]) -> Stack {
    Stack { label, blocks, parts }
}
