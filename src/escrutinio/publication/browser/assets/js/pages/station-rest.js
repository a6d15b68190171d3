// What stands around the records of a station, and what is shown where there is none: the page asks for it once its
// record is there, or when it is needed (station.js).

import { endCards } from "./card-end.js";
import { centerPage } from "./center.js";
import { foundFor, nextSteps } from "./found.js";
import { entryPages, findingsOf, historyOf } from "./history.js";
import { limits } from "./limits.js";
import { saveButton } from "./place-save.js";
import { trustBox } from "./trust-box.js";

export const REST = { centerPage, endCards, entryPages, findingsOf, foundFor, historyOf, limits, nextSteps, saveButton, trustBox };
