// What waits on the phone: pictures in IndexedDB, each until the server has said that it has it.

const [DATABASE, STORE] = ["escrutinio-phone", "photos"];

/** A picture that waits; `read` is the text of its code. @typedef {{ id: number, bytes: ArrayBuffer, read: string | null }} Waiting */

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true }));
  return answerOf(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/**
 * Do something in one transaction, and wait until it stands.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function within(mode, act) {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      transaction.addEventListener("abort", () => reject(transaction.error));
    });
    const [answer] = await Promise.all([answerOf(act(transaction.objectStore(STORE))), done]);
    return answer;
  } finally {
    database.close();
  }
}

/** @param {ArrayBuffer} bytes @param {string | null} read @returns {Promise<number>} */
export async function keepPhoto(bytes, read) {
  return Number(await within("readwrite", (store) => store.add({ bytes, read })));
}

/** @returns {Promise<Waiting[]>} */
export function waitingPhotos() {
  return within("readonly", (store) => store.getAll());
}

/** @param {number} id */
export async function forgetPhoto(id) {
  await within("readwrite", (store) => store.delete(id));
}
