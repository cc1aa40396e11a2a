// Help: what to drop, and what becomes of it.

import type { Topic } from "./topic";

export const START: Topic = {
  id: "start", title: "Start", about: "What to drop on the page, and what you get.",
  entries: [
    { id: "drop", title: "Drop the weights", body: [
      "Drop a checkpoint anywhere on the page, or choose it with \u201cChoose files\u201d. A checkpoint is the file with the weights of a network, as training programs store it.",
      "The page reads it on this computer, draws its spectrum, and then deals its weights at random, 100 times, to draw what chance would give.",
    ] },
    { id: "formats", title: "Formats", body: [
      "- safetensors: every type of its specification, also in several parts",
      "- PyTorch: .pt, .pth, .bin, .ckpt, old and new. The pickle is read as data; nothing in it is run",
      "- GGUF: F64 to BF16, and quantised blocks from Q2_K to Q8_0, and IQ4_NL",
      "- ONNX: with its weights inside or in a file beside it",
      "- NumPy: .npy and .npz",
      "Other formats (HDF5 of Keras, Flax, TensorFlow) are named and refused. Save the weights as safetensors there.",
    ] },
    { id: "several-parts", title: "One model in several files", body: ["Drop all parts together, with their index file if there is one. A part that is missing is named, and the layers in it are left out."] },
    { id: "series", title: "A training series", body: [
      "Drop several checkpoints at once, or a folder. They are put in the order of the steps in their names (step1000, checkpoint-500, epoch_2). Names, steps and the checkpoint that {E} counts from can be changed under \u201cList of checkpoints\u201d.",
      "Several folders become several series, each with a first checkpoint of its own.",
    ] },
    { id: "add", title: "Add to what is there", body: ["Tick \u201cAdd to what is loaded\u201d before you drop. Otherwise the new files take the place of the old ones once their first result is there."] },
    { id: "results", title: "Result files", body: [
      "\u201cExport\u201d, \u201cResult as JSON\u201d stores the result: numbers, curves, options and a fingerprint of each file, but no weights. Dropped on the page, it draws the same picture again. Settings that need weights are locked until you add the checkpoint.",
      "The command line writes the same file, and the same numbers.",
    ] },
    { id: "from-the-web", title: "From the web", body: [
      "\u201cFrom the web\u201d reads checkpoints where they lie, without downloading them: models of Hugging Face by owner/name, files and folders of any server, pages of GitHub, records of Zenodo. Of a sampled network that is a small part of the file.",
      "Type the address and, for a training series, the revisions (step0, step1000 or step{0,1000,3000} with the numbers that you want). The page says whom it will ask, and asks nobody before you press the button. Then it says what is there and how much would be read.",
      "Under \u201cMore\u201d are the paper\u2019s models, ready to be asked for, and a place for a token.",
    ] },
    { id: "scores", title: "Benchmark scores", body: ["Drop results of lm-evaluation-harness, or a table with a column of steps, beside a series. Their correlation with {E} is shown together with that of log(1 + step), of shuffled weights, and of the late phase alone."] },
    { id: "link", title: "The link", body: ["The address of the page holds all settings, and a short fingerprint of your files, so that whoever opens it is told whether theirs are the same. It never holds weights or names of files. \u201cEmbed\u201d makes links and frames for other pages; these can hold the numbers of a small result, too."] },
  ],
};
