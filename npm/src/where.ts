// Tells the page's modules where this package has their workers and Wasm modules.

import { tellAddresses } from "../../www/addresses";
import { parts } from "./parts.js";

tellAddresses(parts);
