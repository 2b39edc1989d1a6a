/**
 * What stands in for the browser's database where there is none (some private windows) or it takes nothing more: the
 * part of `idb` that the app uses, kept until the page is closed.
 */

const text = (key) => JSON.stringify(key);

class MemoryStore {
    constructor({ keyPath = null, autoIncrement = false } = {}) {
        Object.assign(this, { keyPath, autoIncrement, number: 0 });
        this.rows = new Map();
    }

    key(value, key) {
        if (this.autoIncrement) {
            value.number ??= ++this.number;
            this.number = Math.max(this.number, value.number);
        }
        return Array.isArray(this.keyPath) ? this.keyPath.map((part) => value[part])
            : this.keyPath ? value[this.keyPath] : key;
    }

    async get(key) {
        return structuredClone(this.rows.get(text(key))?.value);
    }
    /** Return the rows within an IDBKeyRange, or with a key. */
    within(range) {
        return [...this.rows.values()].filter(({ key }) =>
            range === undefined || range === null || (range.includes ? range.includes(key) : key === range));
    }
    async getAll(range, count) {
        return structuredClone(this.within(range).slice(0, count).map(({ value }) => value));
    }
    async getAllKeys(range, count) {
        return this.within(range).slice(0, count).map(({ key }) => key);
    }
    async count() {
        return this.rows.size;
    }
    async put(value, outside) {
        const key = this.key(value, outside);
        this.rows.set(text(key), { key, value: structuredClone(value) });
        return key;
    }
    add(value, key) {
        return this.put(value, key);
    }
    async delete(key) {
        this.rows.delete(text(key));
    }
    async clear() {
        this.rows.clear();
    }
    /** There is one index: of items, by their kind. */
    index(name) {
        const found = (kind) => [...this.rows.values()].filter(({ value }) => value[name] === kind);
        return {
            getAll: async (kind) => structuredClone(found(kind).map(({ value }) => value)),
            getAllKeys: async (kind) => found(kind).map(({ key }) => key),
        };
    }
}

export class MemoryDatabase {
    constructor(stores) {
        this.stores = Object.fromEntries(Object.entries(stores).map(([name, options]) => [name, new MemoryStore(options)]));
        for (const method of ["get", "getAll", "getAllKeys", "count", "put", "add", "delete", "clear"]) {
            this[method] = (store, ...given) => this.stores[store][method](...given);
        }
    }

    getAllFromIndex(store, index, value) {
        return this.stores[store].index(index).getAll(value);
    }

    transaction(names) {
        return {
            objectStore: (name) => this.stores[name],
            store: this.stores[[].concat(names)[0]],
            done: Promise.resolve(),
            abort() {},
        };
    }

    close() {}
}
