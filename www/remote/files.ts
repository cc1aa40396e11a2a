// A file of this computer or one on another site: which of the two.

import type { InputFile, LocalFile } from "../protocol";
import type { RemoteFile } from "./protocol";

export function isRemote(file: File | RemoteFile): file is RemoteFile {
  return "remote" in file;
}

export function isLocal(input: InputFile): input is LocalFile {
  return !isRemote(input.file);
}
