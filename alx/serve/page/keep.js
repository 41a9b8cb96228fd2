// Work that is not sent yet, kept by the browser until it is: a reload, a
// crash or a lost connection costs nothing.

const STORE = "work";

function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("alx", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, act) {
  const base = await database();
  try {
    return await new Promise((resolve, reject) => {
      const deal = base.transaction(STORE, mode);
      const asked = act(deal.objectStore(STORE));
      deal.oncomplete = () => resolve(asked.result);
      deal.onerror = deal.onabort = () => reject(deal.error);
    });
  } finally {
    base.close();
  }
}

export const load = (key) => within("readonly", (store) => store.get(key));
export const save = (key, work) =>
  within("readwrite", (store) => store.put(work, key));
export const forget = (key) =>
  within("readwrite", (store) => store.delete(key));
