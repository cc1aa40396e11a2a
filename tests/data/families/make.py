"""Names and shapes of models of every family, and the groups that they should form.

Run once, with torch, torchvision, timm and transformers from PyPI:

    python tests/data/families/make.py

Every model is built by its own library: those of transformers are saved as files, because release 5 renames tensors
in memory and back in files (both are here where they differ); the others have no weights (meta device). What its groups should be is written here by
hand, as names in order; "{b}" is the number of a block and "{e}" of an expert. Names that older releases of a library
write, and those of GGUF and of single authors' files, are written by hand. One file a family:

    {"model", "architecture", "guessed", "config": {...} or absent,
     "tensors": [[name, shape], ...], "groups": [[name of the group, neurons, edges of a neuron, [tensors]], ...]}
"""

import glob
import json
import pathlib
import tempfile

import safetensors
import torch
import torchvision
import transformers as t
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.set_default_device("meta")


def state(model):
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}


def hf(kind, memory=False, **config):
    """A model of transformers with few and small layers: as it is saved, or as it is in memory."""
    model = getattr(t, kind[1])
    with torch.device("meta" if memory else "cpu"):
        model = model(getattr(t, kind[0])(**config))
    return state(model) if memory else saved(model)


def saved(model):
    tensors = {}
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        for file in glob.glob(f"{folder}/*.safetensors"):
            with safetensors.safe_open(file, "pt") as opened:
                tensors |= {name: opened.get_slice(name).get_shape() for name in opened.keys()}
    return tensors


def write(name, architecture, tensors, groups, guessed=False, **more):
    """`groups`: (name, tensors, orientation) or (name, neurons, edges, tensors)."""
    table = []
    for group in groups:
        if len(group) == 4:
            table.append(list(group))
            continue
        label, names, form = group
        shapes = [tensors[n] for n in names]
        sizes = [sizes_of(shape, form) for shape in shapes]
        assert len({inputs for inputs, _ in sizes}) == 1, (name, label, shapes)
        table.append([label, sizes[0][0], sum(edges for _, edges in sizes), names])
    document = {"model": name, "architecture": architecture, "guessed": guessed, **more}
    lines = [json.dumps(document)[:-1] + ',\n"tensors": [']
    lines.append(",\n".join(json.dumps([n, s]) for n, s in tensors.items()))
    lines.append('],\n"groups": [')
    lines.append(",\n".join(json.dumps(g) for g in table))
    (HERE / f"{name}.json").write_text("\n".join(lines) + "\n]}\n")


def sizes_of(shape, form):
    """Neurons, and edges of each."""
    if form == "conv":
        positions = 1
        for size in shape[2:]:
            positions *= size
        return shape[1], shape[0] * positions
    if form == "depthwise":
        positions = 1
        for size in shape[2:]:
            positions *= size
        return shape[0], positions
    first, second = shape
    return (first, second) if form == "in" else (second, first)


ROLES = {"in": "attention in", "out": "attention out", "up": "MLP up", "down": "MLP down",
         "cq": "cross-attention query", "ckv": "cross-attention key and value", "co": "cross-attention out",
         "qu": "query up", "kvu": "key and value up"}


def blocks(count, prefix, rows, form="out", label="", suffix=".weight", first=0):
    """Groups of `count` blocks: rows are (role, "names")."""
    groups = []
    for b in range(first, first + count):
        for role, names in rows:
            full = [f"{prefix}{b}.{n}{'' if n.endswith('_weight') else suffix}" for n in names.split()]
            groups.append((f"{label}block {b} {ROLES.get(role, role)}", full, form))
    return groups


QKV = "self_attn.q_proj self_attn.k_proj self_attn.v_proj"
LLAMA = [("in", QKV), ("out", "self_attn.o_proj"), ("up", "mlp.gate_proj mlp.up_proj"), ("down", "mlp.down_proj")]
FUSED = [("in", "self_attn.qkv_proj"), ("out", "self_attn.o_proj"), ("up", "mlp.gate_up_proj"),
         ("down", "mlp.down_proj")]
NEOX = [("in", "attention.query_key_value"), ("out", "attention.dense"), ("up", "mlp.dense_h_to_4h"),
        ("down", "mlp.dense_4h_to_h")]
FALCON = [("in", "self_attention.query_key_value"), ("out", "self_attention.dense"), ("up", "mlp.dense_h_to_4h"),
          ("down", "mlp.dense_4h_to_h")]
GPT2 = [("in", "attn.c_attn"), ("out", "attn.c_proj"), ("up", "mlp.c_fc"), ("down", "mlp.c_proj")]
BERT = [("in", "attention.self.query attention.self.key attention.self.value"), ("out", "attention.output.dense"),
        ("up", "intermediate.dense"), ("down", "output.dense")]
VIT4 = [("in", "attention.attention.query attention.attention.key attention.attention.value"),
        ("out", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")]
CLIP = [("in", QKV), ("out", "self_attn.out_proj"), ("up", "mlp.fc1"), ("down", "mlp.fc2")]
OPT = [("in", QKV), ("out", "self_attn.out_proj"), ("up", "fc1"), ("down", "fc2")]
CROSS = [("cq", "encoder_attn.q_proj"), ("ckv", "encoder_attn.k_proj encoder_attn.v_proj"),
         ("co", "encoder_attn.out_proj")]
TIMM = [("in", "attn.qkv"), ("out", "attn.proj"), ("up", "mlp.fc1"), ("down", "mlp.fc2")]

SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, vocab_size=60,
             pad_token_id=0, bos_token_id=1, eos_token_id=2)
GROUPED = dict(SMALL, num_key_value_heads=2)


def decoders():
    def causal(name, config, model, architecture, rows, prefix="model.layers.", form="out", kind=None, **settings):
        tensors = hf((config, model), **settings)
        more = {"config": {"model_type": kind}} if kind else {}
        write(name, architecture, tensors, blocks(2, prefix, rows, form), **more)

    causal("gpt-neox", "GPTNeoXConfig", "GPTNeoXForCausalLM", "GPT-NeoX", NEOX, "gpt_neox.layers.", **SMALL)
    small2 = dict(n_embd=32, n_layer=2, n_head=4, vocab_size=60, n_positions=16)
    causal("gpt2", "GPT2Config", "GPT2LMHeadModel", "GPT-2", GPT2, "transformer.h.", "in", **small2)
    causal("gpt-bigcode", "GPTBigCodeConfig", "GPTBigCodeForCausalLM", "GPT-BigCode", GPT2, "transformer.h.",
           kind="gpt_bigcode", **small2)
    fc = [("up", "mlp.fc_in"), ("down", "mlp.fc_out")]
    causal("gpt-j", "GPTJConfig", "GPTJForCausalLM", "GPT-J",
           [("in", "attn.q_proj attn.k_proj attn.v_proj"), ("out", "attn.out_proj"), *fc], "transformer.h.",
           rotary_dim=4, **small2)
    causal("codegen", "CodeGenConfig", "CodeGenForCausalLM", "CodeGen",
           [("in", "attn.qkv_proj"), ("out", "attn.out_proj"), *fc], "transformer.h.", rotary_dim=4, **small2)
    causal("gpt-neo", "GPTNeoConfig", "GPTNeoForCausalLM", "GPT-Neo",
           [("in", "attn.attention.q_proj attn.attention.k_proj attn.attention.v_proj"),
            ("out", "attn.attention.out_proj"), ("up", "mlp.c_fc"), ("down", "mlp.c_proj")], "transformer.h.",
           hidden_size=32, num_layers=2, num_heads=4, vocab_size=60, attention_types=[[["global", "local"], 1]])
    causal("bloom", "BloomConfig", "BloomForCausalLM", "BLOOM", FALCON, "transformer.h.", hidden_size=32, n_layer=2,
           n_head=4, vocab_size=60)
    causal("falcon", "FalconConfig", "FalconForCausalLM", "Falcon", FALCON, "transformer.h.", hidden_size=32,
           num_hidden_layers=2, num_attention_heads=4, vocab_size=60)
    causal("falcon-40b", "FalconConfig", "FalconForCausalLM", "Falcon", FALCON, "transformer.h.", hidden_size=32,
           num_hidden_layers=2, num_attention_heads=4, vocab_size=60, new_decoder_architecture=True, num_kv_heads=2)
    causal("mpt", "MptConfig", "MptForCausalLM", "MPT",
           [("in", "attn.Wqkv"), ("out", "attn.out_proj"), ("up", "ffn.up_proj"), ("down", "ffn.down_proj")],
           "transformer.blocks.", d_model=32, n_layers=2, n_heads=4, vocab_size=60)
    causal("opt", "OPTConfig", "OPTForCausalLM", "OPT", OPT, "model.decoder.layers.", hidden_size=32,
           num_hidden_layers=2, num_attention_heads=4, vocab_size=60, ffn_dim=48, word_embed_proj_dim=16)
    llama = [("llama", "Llama", "Llama", None), ("mistral", "Mistral", "Mistral", "mistral"),
             ("qwen2", "Qwen2", "Qwen2", "qwen2"), ("qwen3", "Qwen3", "Qwen3", "qwen3"),
             ("gemma", "Gemma", "Gemma", "gemma"), ("gemma2", "Gemma2", "Gemma 2", "gemma2"),
             ("stablelm", "StableLm", "StableLM", "stablelm"), ("olmo", "Olmo", "OLMo", "olmo"),
             ("olmo2", "Olmo2", "OLMo 2", "olmo2"), ("cohere", "Cohere", "Cohere", "cohere")]
    for name, cls, architecture, kind in llama:
        causal(name, f"{cls}Config", f"{cls}ForCausalLM", architecture, LLAMA, kind=kind, **GROUPED)
    causal("gemma3", "Gemma3TextConfig", "Gemma3ForCausalLM", "Gemma 3", LLAMA, kind="gemma3_text", **GROUPED)
    causal("phi3", "Phi3Config", "Phi3ForCausalLM", "Phi-3", FUSED, **GROUPED)
    causal("glm4", "Glm4Config", "Glm4ForCausalLM", "GLM-4", [("in", QKV), FUSED[1], FUSED[2], FUSED[3]], **GROUPED)
    causal("phi", "PhiConfig", "PhiForCausalLM", "Phi",
           [("in", QKV), ("out", "self_attn.dense"), ("up", "mlp.fc1"), ("down", "mlp.fc2")], **SMALL)
    causal("starcoder2", "Starcoder2Config", "Starcoder2ForCausalLM", "StarCoder2",
           [("in", QKV), ("out", "self_attn.o_proj"), ("up", "mlp.c_fc"), ("down", "mlp.c_proj")], **GROUPED)
    causal("nemotron", "NemotronConfig", "NemotronForCausalLM", "Nemotron",
           [("in", QKV), ("out", "self_attn.o_proj"), ("up", "mlp.up_proj"), ("down", "mlp.down_proj")], **GROUPED)
    causal("persimmon", "PersimmonConfig", "PersimmonForCausalLM", "Persimmon",
           [("in", "self_attn.query_key_value"), ("out", "self_attn.dense"), *NEOX[2:]], **SMALL)
    by_hand_decoders()


def by_hand(prefix, count, shapes, outside=()):
    tensors = dict(outside)
    for b in range(count):
        for name, shape in shapes.items():
            tensors[f"{prefix}{b}.{name}"] = shape
    return tensors


def by_hand_decoders():
    """Models whose code is not part of transformers."""
    tensors = by_hand("model.layers.", 2, {
        "self_attn.W_pack.weight": [96, 32], "self_attn.o_proj.weight": [32, 32], "mlp.gate_proj.weight": [48, 32],
        "mlp.up_proj.weight": [48, 32], "mlp.down_proj.weight": [32, 48], "input_layernorm.weight": [32],
        "self_attn.rotary_emb.inv_freq": [4]}, {"model.embed_tokens.weight": [60, 32], "lm_head.weight": [60, 32]})
    write("baichuan", "Baichuan", tensors, blocks(2, "model.layers.", [("in", "self_attn.W_pack"), *LLAMA[1:]]))
    tensors = by_hand("transformer.encoder.layers.", 2, {
        "self_attention.query_key_value.weight": [48, 32], "self_attention.query_key_value.bias": [48],
        "self_attention.dense.weight": [32, 32], "mlp.dense_h_to_4h.weight": [96, 32],
        "mlp.dense_4h_to_h.weight": [32, 48], "input_layernorm.weight": [32]},
        {"transformer.embedding.word_embeddings.weight": [60, 32], "transformer.output_layer.weight": [60, 32],
         "transformer.rotary_pos_emb.inv_freq": [4], "transformer.encoder.final_layernorm.weight": [32]})
    write("chatglm", "ChatGLM", tensors, blocks(2, "transformer.encoder.layers.", FALCON))
    tensors = by_hand("transformer.h.", 2, {
        "attn.c_attn.weight": [96, 32], "attn.c_attn.bias": [96], "attn.c_proj.weight": [32, 32],
        "mlp.w1.weight": [48, 32], "mlp.w2.weight": [48, 32], "mlp.c_proj.weight": [32, 48], "ln_1.weight": [32]},
        {"transformer.wte.weight": [60, 32], "lm_head.weight": [60, 32], "transformer.ln_f.weight": [32]})
    write("qwen1", "Qwen", tensors, blocks(2, "transformer.h.", [*GPT2[:2], ("up", "mlp.w1 mlp.w2"), GPT2[3]]))
    tensors = by_hand("transformer.h.", 2, {
        "attn.c_attn.weight": [96, 32], "attn.c_proj.weight": [32, 32], "attn.bias": [1, 1, 16, 16],
        "mlp.c_fc.weight": [128, 32], "mlp.c_proj.weight": [32, 128], "ln_1.weight": [32]},
        {"transformer.wte.weight": [60, 32], "transformer.wpe.weight": [16, 32], "lm_head.weight": [60, 32]})
    write("nanogpt", "nanoGPT", tensors, blocks(2, "transformer.h.", GPT2))
    tensors = by_hand("layers.", 2, {
        "attention.wq.weight": [32, 32], "attention.wk.weight": [16, 32], "attention.wv.weight": [16, 32],
        "attention.wo.weight": [32, 32], "feed_forward.w1.weight": [48, 32], "feed_forward.w3.weight": [48, 32],
        "feed_forward.w2.weight": [32, 48], "attention_norm.weight": [32]},
        {"tok_embeddings.weight": [60, 32], "output.weight": [60, 32], "norm.weight": [32], "rope.freqs": [4]})
    meta = [("in", "attention.wq attention.wk attention.wv"), ("out", "attention.wo"),
            ("up", "feed_forward.w1 feed_forward.w3"), ("down", "feed_forward.w2")]
    write("llama-meta", "Llama", tensors, blocks(2, "layers.", meta))
    tensors = by_hand("model.layers.", 2, {
        "attention.wqkv.weight": [64, 32], "attention.wo.weight": [32, 32], "feed_forward.w1.weight": [48, 32],
        "feed_forward.w3.weight": [48, 32], "feed_forward.w2.weight": [32, 48], "attention_norm.weight": [32]},
        {"model.tok_embeddings.weight": [60, 32], "output.weight": [60, 32], "model.norm.weight": [32]})
    write("internlm2", "InternLM2", tensors, blocks(2, "model.layers.", [("in", "attention.wqkv"), *meta[1:]]))
    tensors = by_hand("model.transformer.blocks.", 2, {
        "att_proj.weight": [96, 32], "attn_out.weight": [32, 32], "ff_proj.weight": [96, 32], "ff_out.weight": [32, 48]},
        {"model.transformer.wte.weight": [60, 32]})
    write("olmo-original", "OLMo", tensors, blocks(2, "model.transformer.blocks.",
          [("in", "att_proj"), ("out", "attn_out"), ("up", "ff_proj"), ("down", "ff_out")]))


def encoders():
    def model(name, config, cls, architecture, prefix, rows, kind=None, **settings):
        more = {"config": {"model_type": kind}} if kind else {}
        count = 1 if name == "albert" else 2
        write(name, architecture, hf((config, cls), **settings), blocks(count, prefix, rows), **more)

    model("bert", "BertConfig", "BertForMaskedLM", "BERT", "bert.encoder.layer.", BERT, **SMALL)
    model("bert-classifier", "BertConfig", "BertForSequenceClassification", "BERT", "bert.encoder.layer.", BERT, **SMALL)
    model("roberta", "RobertaConfig", "RobertaForMaskedLM", "RoBERTa", "roberta.encoder.layer.", BERT, "roberta", **SMALL)
    model("electra", "ElectraConfig", "ElectraForPreTraining", "ELECTRA", "electra.encoder.layer.", BERT, "electra",
          embedding_size=16, **SMALL)
    model("distilbert", "DistilBertConfig", "DistilBertForMaskedLM", "DistilBERT", "distilbert.transformer.layer.",
          [("in", "attention.q_lin attention.k_lin attention.v_lin"), ("out", "attention.out_lin"), ("up", "ffn.lin1"),
           ("down", "ffn.lin2")], dim=32, hidden_dim=48, n_layers=2, n_heads=4, vocab_size=60)
    model("albert", "AlbertConfig", "AlbertForMaskedLM", "ALBERT",
          "albert.encoder.albert_layer_groups.0.albert_layers.",
          [("in", "attention.query attention.key attention.value"), ("out", "attention.dense"), ("up", "ffn"),
           ("down", "ffn_output")], embedding_size=16, **SMALL)
    model("deberta-v2", "DebertaV2Config", "DebertaV2ForMaskedLM", "DeBERTa", "deberta.encoder.layer.",
          [("in", "attention.self.query_proj attention.self.key_proj attention.self.value_proj"), *BERT[1:]],
          relative_attention=True, pos_att_type=["c2p", "p2c"], **SMALL)
    model("deberta", "DebertaConfig", "DebertaModel", "DeBERTa", "encoder.layer.",
          [("in", "attention.self.in_proj"), *BERT[1:]], relative_attention=True, pos_att_type=["c2p", "p2c"], **SMALL)
    model("mpnet", "MPNetConfig", "MPNetModel", "MPNet", "encoder.layer.",
          [("in", "attention.attn.q attention.attn.k attention.attn.v"), ("out", "attention.attn.o"), *BERT[2:]], **SMALL)
    model("modernbert", "ModernBertConfig", "ModernBertForMaskedLM", "ModernBERT", "model.layers.",
          [("in", "attn.Wqkv"), ("out", "attn.Wo"), ("up", "mlp.Wi"), ("down", "mlp.Wo")], **SMALL)
    image = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=16,
                 patch_size=8)
    for name, cls, kind in [("vit", "ViT", None), ("deit", "DeiT", "deit"), ("beit", "Beit", "beit"),
                            ("dinov2", "Dinov2", "dinov2")]:
        show = {"vit": "ViT", "deit": "DeiT", "beit": "BEiT", "dinov2": "DINOv2"}[name]
        more = {"config": {"model_type": kind}} if kind else {}
        dino = [("up", "mlp.fc1"), ("down", "mlp.fc2")]
        tensors = hf((f"{cls}Config", f"{cls}Model"), **image)
        rows = VIT4[:2] + dino if name == "dinov2" else VIT4
        write(name, show, tensors, blocks(2, "encoder.layer.", rows), **more)
        tensors = hf((f"{cls}Config", f"{cls}Model"), memory=True, **image)
        prefix = "encoder.layer." if name == "dinov2" else "layers."
        rows = [("in", "attention.q_proj attention.k_proj attention.v_proj"), ("out", "attention.o_proj"), *dino]
        write(f"{name}-in-memory", show, tensors, blocks(2, prefix, rows), **more)
    clip = dict(SMALL, max_position_embeddings=16)
    tensors = hf(("CLIPConfig", "CLIPModel"), text_config=clip, vision_config=image, projection_dim=16)
    write("clip", "CLIP", tensors, blocks(2, "vision_model.encoder.layers.", CLIP, label="vision ")
          + blocks(2, "text_model.encoder.layers.", CLIP, label="text "))
    open_clip = [("in", "attn.in_proj_weight"), ("out", "attn.out_proj"), ("up", "mlp.c_fc"), ("down", "mlp.c_proj")]
    shapes = {"attn.in_proj_weight": [96, 32], "attn.in_proj_bias": [96], "attn.out_proj.weight": [32, 32],
              "mlp.c_fc.weight": [48, 32], "mlp.c_proj.weight": [32, 48], "ln_1.weight": [32]}
    tensors = by_hand("visual.transformer.resblocks.", 2, shapes, {
        "visual.conv1.weight": [32, 3, 8, 8], "visual.proj": [32, 16], "text_projection": [32, 16],
        "token_embedding.weight": [60, 32], "positional_embedding": [16, 32], "visual.class_embedding": [32]})
    tensors |= by_hand("transformer.resblocks.", 2, shapes)
    write("clip-openai", "CLIP", tensors, blocks(2, "visual.transformer.resblocks.", open_clip, label="vision ")
          + blocks(2, "transformer.resblocks.", open_clip, label="text "))
    tensors = hf(("Wav2Vec2Config", "Wav2Vec2ForCTC"), conv_dim=(8,) * 7, **SMALL)
    write("wav2vec2", "wav2vec 2.0", tensors, blocks(2, "wav2vec2.encoder.layers.",
          [("in", "attention.q_proj attention.k_proj attention.v_proj"), ("out", "attention.out_proj"),
           ("up", "feed_forward.intermediate_dense"), ("down", "feed_forward.output_dense")]))
    images_of_other_libraries()


def images_of_other_libraries():
    import timm
    tensors = state(timm.create_model("vit_tiny_patch16_224", depth=2, num_classes=7))
    write("timm-vit", "ViT", tensors, blocks(2, "blocks.", TIMM))
    tensors = state(timm.create_model("deit_tiny_distilled_patch16_224", depth=2, num_classes=7))
    write("timm-deit", "ViT", tensors, blocks(2, "blocks.", TIMM))
    tensors = state(timm.create_model("beit_base_patch16_224", depth=2, embed_dim=48, num_heads=4, num_classes=7))
    write("timm-beit", "ViT", tensors, blocks(2, "blocks.", TIMM))

    def stages(counts, prefix, rows, between=".blocks."):
        groups = []
        for s, count in counts:
            for b in range(count):
                for role, names in rows:
                    full = [f"{prefix}{s}{between}{b}.{n}.weight" for n in names.split()]
                    groups.append((f"stage {s} block {b} {ROLES[role]}", full, "out"))
        return groups

    tensors = state(timm.create_model("swin_tiny_patch4_window7_224", embed_dim=24, depths=(1, 2), num_heads=(2, 4)))
    write("timm-swin", "Swin", tensors, stages([(0, 1), (1, 2)], "layers.", TIMM))
    swin = dict(image_size=32, patch_size=4, embed_dim=16, depths=[1, 2], num_heads=[2, 4], window_size=4)
    tensors = hf(("SwinConfig", "SwinModel"), **swin)
    write("swin", "Swin", tensors, stages([(0, 1), (1, 2)], "encoder.layers.", BERT))
    tensors = hf(("SwinConfig", "SwinModel"), memory=True, **swin)
    rows = [("in", "attention.q_proj attention.k_proj attention.v_proj"), ("out", "attention.o_proj"), *TIMM[2:]]
    write("swin-in-memory", "Swin", tensors, stages([(0, 1), (1, 2)], "encoder.layers.", rows))
    swin = torchvision.models.SwinTransformer([4, 4], 24, [1, 2], [2, 4], [4, 4])
    rows = [*TIMM[:2], ("up", "mlp.0"), ("down", "mlp.3")]
    write("torchvision-swin", "Swin", state(swin), stages([(1, 1), (3, 2)], "features.", rows, "."))
    vit = torchvision.models.VisionTransformer(32, 16, 2, 4, 32, 48)
    rows = [("in", "self_attention.in_proj_weight"), ("out", "self_attention.out_proj"), ("up", "mlp.0"),
            ("down", "mlp.3")]
    write("torchvision-vit", "ViT", state(vit), blocks(2, "encoder.layers.encoder_layer_", rows))


def encoder_decoders():
    bart = dict(d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
                encoder_ffn_dim=48, decoder_ffn_dim=48, vocab_size=60, pad_token_id=0, bos_token_id=1, eos_token_id=2,
                decoder_start_token_id=1, forced_eos_token_id=2)
    groups = (blocks(2, "model.encoder.layers.", OPT, label="encoder ")
              + blocks(2, "model.decoder.layers.", OPT[:2] + CROSS + OPT[2:], label="decoder "))
    write("bart", "BART", hf(("BartConfig", "BartForConditionalGeneration"), **bart), groups)
    write("mbart", "mBART", hf(("MBartConfig", "MBartForConditionalGeneration"), **bart), groups,
          config={"model_type": "mbart"})
    write("whisper", "Whisper", hf(("WhisperConfig", "WhisperForConditionalGeneration"), num_mel_bins=8, **bart), groups)
    rows = [("in", "attn.query attn.key attn.value"), ("out", "attn.out"), ("up", "mlp.0"), ("down", "mlp.2")]
    cross = [("cq", "cross_attn.query"), ("ckv", "cross_attn.key cross_attn.value"), ("co", "cross_attn.out")]
    shapes = {**{f"attn.{n}.weight": [32, 32] for n in ("query", "key", "value", "out")}, "attn_ln.weight": [32],
              "mlp.0.weight": [128, 32], "mlp.2.weight": [32, 128]}
    tensors = by_hand("encoder.blocks.", 2, shapes, {
        "encoder.conv1.weight": [32, 80, 3], "encoder.conv2.weight": [32, 32, 3],
        "encoder.positional_embedding": [16, 32], "decoder.token_embedding.weight": [60, 32],
        "decoder.positional_embedding": [16, 32]})
    tensors |= by_hand("decoder.blocks.", 2, shapes | {f"cross_{n}": s for n, s in shapes.items() if "attn." in n})
    write("whisper-openai", "Whisper", tensors, blocks(2, "encoder.blocks.", rows, label="encoder ")
          + blocks(2, "decoder.blocks.", rows[:2] + cross + rows[2:], label="decoder "))
    for name, gated in [("t5", False), ("t5-gated", True)]:
        tensors = hf(("T5Config", "T5ForConditionalGeneration"), d_model=32, d_kv=4, d_ff=48, num_layers=2, num_heads=4,
                     vocab_size=60, feed_forward_proj="gated-gelu" if gated else "relu", tie_word_embeddings=not gated)
        attention = [("in", " ".join(f"layer.0.SelfAttention.{n}" for n in "qkv")), ("out", "layer.0.SelfAttention.o")]
        cross = [("cq", "layer.1.EncDecAttention.q"), ("ckv", "layer.1.EncDecAttention.k layer.1.EncDecAttention.v"),
                 ("co", "layer.1.EncDecAttention.o")]

        def mlp(layer):
            base = f"layer.{layer}.DenseReluDense."
            return [("up", f"{base}wi_0 {base}wi_1" if gated else f"{base}wi"), ("down", f"{base}wo")]

        write(name, "T5", tensors, blocks(2, "encoder.block.", attention + mlp(1), label="encoder ")
              + blocks(2, "decoder.block.", attention + cross + mlp(2), label="decoder "))
    tensors = state(nn.Transformer(32, 4, 2, 2, 48))
    rows = [("in", "self_attn.in_proj_weight"), ("out", "self_attn.out_proj"), ("up", "linear1"), ("down", "linear2")]
    groups = blocks(2, "encoder.layers.", rows, label="encoder ")
    for b in range(2):
        one = blocks(1, "decoder.layers.", rows, label="decoder ", first=b)
        name = f"decoder.layers.{b}.multihead_attn."
        cross = [(f"decoder block {b} cross-attention query", 32, 32, [name + "in_proj_weight"]),
                 (f"decoder block {b} cross-attention key and value", 32, 64, [name + "in_proj_weight"]),
                 (f"decoder block {b} cross-attention out", 32, 32, [name + "out_proj.weight"])]
        groups += one[:2] + cross + one[2:]
    write("torch-transformer", "PyTorch Transformer", tensors, groups)
    tensors = {f"transformer_encoder.{n}": s for n, s in
               state(nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 48), 2)).items()}
    tensors |= {"embedding.weight": [60, 32], "pos_encoder.pe": [16, 1, 32]}
    write("torch-encoder", "PyTorch Transformer", tensors, blocks(2, "transformer_encoder.layers.", rows))


def experts():
    def per_expert(b, count, prefix, names, suffix=".weight"):
        return [(f"block {b} expert {e} {role}", [f"{prefix}{b}.{n.format(e=e)}{suffix}"], "out")
                for e in range(count) for role, n in names]

    def stacked(b, prefix, gate_up, down, tensors, form):
        groups = []
        for e in range(tensors[f"{prefix}{b}.{gate_up}"][0]):
            for role, name in [("up", gate_up), ("down", down)]:
                full = f"{prefix}{b}.{name}"
                _, first, second = tensors[full]
                inputs, outputs = (first, second) if form == "in" else (second, first)
                groups.append((f"block {b} expert {e} {role}", inputs, outputs, [full]))
        return groups

    shared_names = [("gate", "gate_proj"), ("up", "up_proj"), ("down", "down_proj")]

    def shared(b, prefix, base):
        return [(f"block {b} shared expert {role}", [f"{prefix}{b}.{base}.{n}.weight"], "out") for role, n in shared_names]

    attention = {"self_attn.q_proj.weight": [32, 32], "self_attn.k_proj.weight": [16, 32],
                 "self_attn.v_proj.weight": [16, 32], "self_attn.o_proj.weight": [32, 32], "input_layernorm.weight": [32]}
    outside = {"model.embed_tokens.weight": [60, 32], "lm_head.weight": [60, 32], "model.norm.weight": [32]}
    prefix = "model.layers."
    names = [(role, "mlp.experts.{e}." + n) for role, n in shared_names]
    qwen = {f"mlp.experts.{e}.{n}.weight": ([32, 24] if n == "down_proj" else [24, 32]) for e in range(3)
            for _, n in shared_names}
    one_shared = {f"mlp.shared_expert.{n}.weight": ([32, 40] if n == "down_proj" else [40, 32]) for _, n in shared_names}
    tensors = by_hand(prefix, 2, attention | qwen | one_shared | {
        "mlp.gate.weight": [3, 32], "mlp.shared_expert_gate.weight": [1, 32]}, outside)
    write("qwen2-moe", "Qwen2-MoE", tensors,
          sum((blocks(1, prefix, LLAMA[:2], first=b) + shared(b, prefix, "mlp.shared_expert")
               + per_expert(b, 3, prefix, names) for b in range(2)), []), config={"model_type": "qwen2_moe"})
    # DeepSeek V3: a plain block, then one with experts.
    latent = {"self_attn.q_a_proj.weight": [12, 32], "self_attn.q_a_layernorm.weight": [12],
              "self_attn.q_b_proj.weight": [48, 12], "self_attn.kv_a_proj_with_mqa.weight": [14, 32],
              "self_attn.kv_a_layernorm.weight": [10], "self_attn.kv_b_proj.weight": [64, 10],
              "self_attn.o_proj.weight": [32, 32]}
    many_shared = {n.replace("shared_expert.", "shared_experts."): s for n, s in one_shared.items()}
    tensors = outside | {f"{prefix}0.{n}": s for n, s in (latent | {
        "mlp.gate_proj.weight": [48, 32], "mlp.up_proj.weight": [48, 32], "mlp.down_proj.weight": [32, 48]}).items()}
    tensors |= {f"{prefix}1.{n}": s for n, s in (latent | qwen | many_shared | {
        "mlp.gate.weight": [3, 32], "mlp.gate.e_score_correction_bias": [3]}).items()}
    rows = [("in", "self_attn.q_a_proj self_attn.kv_a_proj_with_mqa"), ("qu", "self_attn.q_b_proj"),
            ("kvu", "self_attn.kv_b_proj"), ("out", "self_attn.o_proj")]
    write("deepseek-v3", "DeepSeek V3", tensors,
          blocks(1, prefix, rows + LLAMA[2:]) + blocks(1, prefix, rows, first=1)
          + shared(1, prefix, "mlp.shared_experts") + per_expert(1, 3, prefix, names),
          config={"model_type": "deepseek_v3"})
    settings = dict(num_local_experts=3)
    tensors = hf(("MixtralConfig", "MixtralForCausalLM"), **GROUPED, **settings)
    mixtral_names = [("gate", "block_sparse_moe.experts.{e}.w1"), ("up", "block_sparse_moe.experts.{e}.w3"),
                     ("down", "block_sparse_moe.experts.{e}.w2")]
    write("mixtral", "Mixtral", tensors, sum((blocks(1, prefix, LLAMA[:2], first=b)
          + per_expert(b, 3, prefix, mixtral_names) for b in range(2)), []))
    tensors = hf(("Qwen3MoeConfig", "Qwen3MoeForCausalLM"), num_experts=3, moe_intermediate_size=24, head_dim=8, **GROUPED)
    write("qwen3-moe", "Qwen3-MoE", tensors, sum((blocks(1, prefix, LLAMA[:2], first=b)
          + per_expert(b, 3, prefix, names) for b in range(2)), []), config={"model_type": "qwen3_moe"})
    # As transformers 5 holds them in memory.
    for name, config, cls, architecture, kind, form, settings in [
        ("mixtral-in-memory", "MixtralConfig", "MixtralForCausalLM", "Mixtral", "mixtral", "out", dict(num_local_experts=3)),
        ("qwen3-moe-in-memory", "Qwen3MoeConfig", "Qwen3MoeForCausalLM", "Qwen3-MoE", "qwen3_moe", "out",
         dict(num_experts=3, moe_intermediate_size=24, head_dim=8)),
        ("gpt-oss", "GptOssConfig", "GptOssForCausalLM", "gpt-oss", None, "in", dict(num_local_experts=3, head_dim=8)),
    ]:
        tensors = hf((config, cls), memory=True, **(GROUPED | settings))
        more = {"config": {"model_type": kind}} if kind else {}
        write(name, architecture, tensors, sum((blocks(1, prefix, LLAMA[:2], first=b) + stacked(
            b, prefix, "mlp.experts.gate_up_proj", "mlp.experts.down_proj", tensors, form) for b in range(2)), []), **more)
    llama4 = attention | {
        "feed_forward.experts.gate_up_proj": [3, 32, 48], "feed_forward.experts.down_proj": [3, 24, 32],
        "feed_forward.router.weight": [3, 32]}
    llama4 |= {f"feed_forward.shared_expert.{n}.weight": ([32, 40] if n == "down_proj" else [40, 32])
               for _, n in shared_names}
    base = "language_model.model.layers."
    tensors = by_hand(base, 2, llama4, {"language_model.model.embed_tokens.weight": [60, 32]})
    write("llama4", "Llama 4", tensors, sum((blocks(1, base, LLAMA[:2], first=b)
          + shared(b, base, "feed_forward.shared_expert")
          + stacked(b, base, "feed_forward.experts.gate_up_proj", "feed_forward.experts.down_proj", tensors, "in")
          for b in range(2)), []))
    granite = attention | {"block_sparse_moe.input_linear.weight": [3, 96, 32],
                           "block_sparse_moe.output_linear.weight": [3, 32, 48],
                           "block_sparse_moe.router.layer.weight": [3, 32]}
    tensors = by_hand(prefix, 2, granite, outside)
    write("granite-moe", "Granite MoE", tensors, sum((blocks(1, prefix, LLAMA[:2], first=b) + stacked(
        b, prefix, "block_sparse_moe.input_linear.weight", "block_sparse_moe.output_linear.weight", tensors, "out")
        for b in range(2)), []))
    base = "transformer.blocks."
    tensors = by_hand(base, 2, {
        "norm_attn_norm.attn.Wqkv.weight": [64, 32], "norm_attn_norm.attn.out_proj.weight": [32, 32],
        "norm_attn_norm.norm_1.weight": [32], "ffn.experts.mlp.w1": [3 * 24, 32], "ffn.experts.mlp.v1": [3 * 24, 32],
        "ffn.experts.mlp.w2": [3 * 24, 32], "ffn.router.layer.weight": [3, 32]},
        {"transformer.wte.weight": [60, 32], "transformer.norm_f.weight": [32], "lm_head.weight": [60, 32]})
    groups = []
    for b in range(2):
        groups += blocks(1, base, [("in", "norm_attn_norm.attn.Wqkv"), ("out", "norm_attn_norm.attn.out_proj")], first=b)
        for e in range(3):
            groups += [(f"block {b} expert {e} gate", 32, 24, [f"{base}{b}.ffn.experts.mlp.w1"]),
                       (f"block {b} expert {e} up", 32, 24, [f"{base}{b}.ffn.experts.mlp.v1"]),
                       (f"block {b} expert {e} down", 24, 32, [f"{base}{b}.ffn.experts.mlp.w2"])]
    write("dbrx", "DBRX", tensors, groups)
    tensors = hf(("MambaConfig", "MambaForCausalLM"), hidden_size=32, num_hidden_layers=2, vocab_size=60, state_size=4)
    write("mamba", "Mamba", tensors, blocks(2, "backbone.layers.",
          [("state in", "mixer.in_proj"), ("state selection", "mixer.x_proj"), ("state step", "mixer.dt_proj"),
           ("state out", "mixer.out_proj")]))


def gguf():
    outside = {"token_embd.weight": [60, 32], "output.weight": [60, 32], "output_norm.weight": [32],
               "rope_freqs.weight": [4]}
    attention = {"attn_q.weight": [32, 32], "attn_k.weight": [16, 32], "attn_v.weight": [16, 32],
                 "attn_output.weight": [32, 32], "attn_norm.weight": [32], "ffn_norm.weight": [32]}
    mlp = {"ffn_gate.weight": [48, 32], "ffn_up.weight": [48, 32], "ffn_down.weight": [32, 48]}
    rows = [("in", "attn_q attn_k attn_v"), ("out", "attn_output"), ("up", "ffn_gate ffn_up"), ("down", "ffn_down")]
    write("gguf-llama", "Llama", by_hand("blk.", 2, attention | mlp, outside), blocks(2, "blk.", rows),
          config={"model_type": "llama"})
    fused = {"attn_qkv.weight": [96, 32], "attn_qkv.bias": [96], "attn_output.weight": [32, 32],
             "ffn_up.weight": [128, 32], "ffn_down.weight": [32, 128], "attn_norm.weight": [32]}
    write("gguf-gpt2", "GPT-2", by_hand("blk.", 2, fused, outside | {"position_embd.weight": [16, 32]}), blocks(
        2, "blk.", [("in", "attn_qkv"), ("out", "attn_output"), ("up", "ffn_up"), ("down", "ffn_down")]),
        config={"model_type": "gpt2"})
    stacks = {"ffn_gate_inp.weight": [3, 32], "ffn_gate_exps.weight": [3, 24, 32], "ffn_up_exps.weight": [3, 24, 32],
              "ffn_down_exps.weight": [3, 32, 24]}
    shared = {"ffn_gate_inp_shexp.weight": [32], "ffn_gate_shexp.weight": [40, 32], "ffn_up_shexp.weight": [40, 32],
              "ffn_down_shexp.weight": [32, 40]}
    groups = []
    for b in range(2):
        groups += blocks(1, "blk.", rows[:2], first=b)
        groups += [(f"block {b} shared expert {role}", [f"blk.{b}.ffn_{role}_shexp.weight"], "out")
                   for role in ("gate", "up", "down")]
        for e in range(3):
            groups += [(f"block {b} expert {e} {role}", *((24, 32) if role == "down" else (32, 24)),
                        [f"blk.{b}.ffn_{role}_exps.weight"]) for role in ("gate", "up", "down")]
    write("gguf-qwen2-moe", "Qwen2-MoE", by_hand("blk.", 2, attention | stacks | shared, outside), groups,
          config={"model_type": "qwen2moe"})
    old = {f"ffn_{r}.{e}.weight": ([32, 48] if r == "down" else [48, 32]) for e in range(2) for r in ("gate", "up", "down")}
    groups = []
    for b in range(2):
        groups += blocks(1, "blk.", rows[:2], first=b)
        groups += [(f"block {b} expert {e} {r}", [f"blk.{b}.ffn_{r}.{e}.weight"], "out") for e in range(2)
                   for r in ("gate", "up", "down")]
    write("gguf-mixtral-old", "Llama", by_hand("blk.", 2, attention | old | {"ffn_gate_inp.weight": [2, 32]}, outside),
          groups, config={"model_type": "llama"})
    t5 = {"attn_q.weight": [16, 32], "attn_k.weight": [16, 32], "attn_v.weight": [16, 32], "attn_o.weight": [32, 16],
          "ffn_gate.weight": [48, 32], "ffn_up.weight": [48, 32], "ffn_down.weight": [32, 48], "attn_norm.weight": [32]}
    cross = {f"cross_{n}": s for n, s in t5.items() if n.startswith("attn_")}
    tensors = by_hand("enc.blk.", 2, t5 | {"attn_rel_b.weight": [4, 8]}, outside)
    tensors |= by_hand("dec.blk.", 2, t5 | cross)
    own = [("in", "attn_q attn_k attn_v"), ("out", "attn_o"), ("up", "ffn_gate ffn_up"), ("down", "ffn_down")]
    crossed = [("cq", "cross_attn_q"), ("ckv", "cross_attn_k cross_attn_v"), ("co", "cross_attn_o")]
    write("gguf-t5", "T5", tensors, blocks(2, "enc.blk.", own, label="encoder ")
          + blocks(2, "dec.blk.", own[:2] + crossed + own[2:], label="decoder "))


def others():
    import re

    def natural(name):
        return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]

    def cnn(name, model):
        """Every kernel in order of names with what the model's own modules say of it, then linear layers."""
        kernels, linear = [], []
        modules = sorted(model.named_modules(), key=lambda m: natural(m[0] + ".weight"))
        for path, module in modules:
            full = f"{path}.weight"
            if isinstance(module, nn.Conv2d):
                shape = list(module.weight.shape)
                positions = shape[2] * shape[3]
                kernels.append((full, module.in_channels, shape[0] // module.groups * positions, [full]))
            elif isinstance(module, nn.Linear):
                linear.append((full, module.in_features, module.out_features, [full]))
        write(name, "CNN", state(model), kernels + linear)

    torch.set_default_device("cpu")
    m = torchvision.models
    cnn("resnet18", m.resnet18())
    cnn("real-resnet50", m.resnet50())
    cnn("resnext50", m.resnext50_32x4d())
    cnn("vgg11", m.vgg11())
    cnn("alexnet", m.alexnet())
    cnn("mobilenet-v2", m.mobilenet_v2())
    cnn("mobilenet-v3", m.mobilenet_v3_small())
    cnn("efficientnet-b0", m.efficientnet_b0())
    cnn("convnext-tiny", m.convnext_tiny())
    cnn("densenet121", m.densenet121())
    cnn("squeezenet", m.squeezenet1_1())
    cnn("googlenet", m.googlenet(init_weights=False))
    cnn("regnet-y", m.regnet_y_400mf())
    cnn("shufflenet", m.shufflenet_v2_x0_5())
    write("mlp", "MLP", state(nn.Sequential(nn.Linear(9, 20), nn.ReLU(), nn.Linear(20, 7), nn.ReLU(), nn.Linear(7, 3))),
          [("0.weight", ["0.weight"], "out"), ("2.weight", ["2.weight"], "out"), ("4.weight", ["4.weight"], "out")])
    lstm = nn.ModuleDict({"embedding": nn.Embedding(60, 8), "lstm": nn.LSTM(8, 16), "fc": nn.Linear(16, 60)})
    write("lstm", "unknown", state(lstm), [(n, [n], "out") for n in
          ("fc.weight", "lstm.weight_hh_l0", "lstm.weight_ih_l0")], guessed=True)


def real():
    """Models that people have, in their own sizes and with the names of their files."""
    torch.set_default_device("meta")
    tensors = state(t.GPT2Model(t.GPT2Config()))
    tensors |= {f"h.{b}.attn.bias": [1, 1, 1024, 1024] for b in range(12)}
    write("real-gpt2", "GPT-2", tensors, blocks(12, "h.", GPT2, "in"))
    tensors = hf(("GPTNeoXConfig", "GPTNeoXForCausalLM"), memory=True, hidden_size=1024, intermediate_size=4096,
                 num_hidden_layers=24, num_attention_heads=16, vocab_size=50304)
    tensors |= {f"gpt_neox.layers.{b}.attention.{n}": s for b in range(24) for n, s in
                [("bias", [1, 1, 2048, 2048]), ("masked_bias", []), ("rotary_emb.inv_freq", [8])]}
    write("real-pythia-410m", "GPT-NeoX", tensors, blocks(24, "gpt_neox.layers.", NEOX))
    tensors = hf(("LlamaConfig", "LlamaForCausalLM"), memory=True, hidden_size=2048, intermediate_size=8192,
                 num_hidden_layers=16, num_attention_heads=32, num_key_value_heads=8, head_dim=64, vocab_size=128256)
    write("real-llama-3.2-1b", "Llama", tensors, blocks(16, "model.layers.", LLAMA))
    d = 768
    tensors = by_hand("vit.encoder.layer.", 12, {
        **{f"attention.attention.{n}.weight": [d, d] for n in ("query", "key", "value")},
        "attention.output.dense.weight": [d, d], "intermediate.dense.weight": [4 * d, d],
        "output.dense.weight": [d, 4 * d], "layernorm_before.weight": [d], "layernorm_after.weight": [d]},
        {"vit.embeddings.patch_embeddings.projection.weight": [d, 3, 16, 16], "vit.embeddings.cls_token": [1, 1, d],
         "vit.embeddings.position_embeddings": [1, 197, d], "vit.pooler.dense.weight": [d, d],
         "vit.layernorm.weight": [d], "classifier.weight": [1000, d]})
    write("real-vit-base", "ViT", tensors, blocks(12, "vit.encoder.layer.", VIT4))
    tensors = hf(("WhisperConfig", "WhisperForConditionalGeneration"), memory=True, d_model=384, encoder_layers=4,
                 decoder_layers=4, encoder_attention_heads=6, decoder_attention_heads=6, encoder_ffn_dim=1536,
                 decoder_ffn_dim=1536)
    write("real-whisper-tiny", "Whisper", tensors, blocks(4, "model.encoder.layers.", OPT, label="encoder ")
          + blocks(4, "model.decoder.layers.", OPT[:2] + CROSS + OPT[2:], label="decoder "))
    tensors = hf(("T5Config", "T5ForConditionalGeneration"), memory=True)
    attention = [("in", " ".join(f"layer.0.SelfAttention.{n}" for n in "qkv")), ("out", "layer.0.SelfAttention.o")]
    cross = [("cq", "layer.1.EncDecAttention.q"), ("ckv", "layer.1.EncDecAttention.k layer.1.EncDecAttention.v"),
             ("co", "layer.1.EncDecAttention.o")]
    mlp = [[("up", f"layer.{n}.DenseReluDense.wi"), ("down", f"layer.{n}.DenseReluDense.wo")] for n in (1, 2)]
    write("real-t5-small", "T5", tensors, blocks(6, "encoder.block.", attention + mlp[0], label="encoder ")
          + blocks(6, "decoder.block.", attention + cross + mlp[1], label="decoder "))
    d, f = 4096, 14336
    shapes = {"self_attn.q_proj.weight": [d, d], "self_attn.k_proj.weight": [d // 4, d],
              "self_attn.v_proj.weight": [d // 4, d], "self_attn.o_proj.weight": [d, d],
              "block_sparse_moe.gate.weight": [8, d], "input_layernorm.weight": [d]}
    shapes |= {f"block_sparse_moe.experts.{e}.{w}.weight": s for e in range(8)
               for w, s in [("w1", [f, d]), ("w2", [d, f]), ("w3", [f, d])]}
    tensors = by_hand("model.layers.", 3, shapes, {"model.embed_tokens.weight": [32000, d],
                                                   "lm_head.weight": [32000, d], "model.norm.weight": [d]})
    groups = []
    for b in range(3):
        groups += blocks(1, "model.layers.", LLAMA[:2], first=b)
        groups += [(f"block {b} expert {e} {role}", [f"model.layers.{b}.block_sparse_moe.experts.{e}.{w}.weight"], "out")
                   for e in range(8) for role, w in [("gate", "w1"), ("up", "w3"), ("down", "w2")]]
    write("real-mixtral-8x7b", "Mixtral", tensors, groups)


decoders()
encoders()
encoder_decoders()
experts()
gguf()
others()
real()
