/** Products that the customer has looked at, kept for when there is no network: the latest of them. */

const MOST = 40;
const PREFIX = "/products/";
const all = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

/** Keep a product as `GET /products/{id}` told it. */
export function keepSeen({ database }, product) {
    return database.change(["pages"], async ({ pages }) => {
        await pages.put({ at: Date.now(), data: product }, PREFIX + product.id);
        const keys = await pages.getAllKeys(all());
        if (keys.length > MOST) {
            const values = await pages.getAll(all());
            const oldest = values.map(({ at }, index) => [at, keys[index]]).sort(([one], [other]) => one - other);
            for (const [, key] of oldest.slice(0, keys.length - MOST)) {
                await pages.delete(key);
            }
        }
    });
}

/** Return all products that were looked at. */
export async function allSeen({ database }) {
    return (await database.getAll("pages", all())).map(({ data }) => data);
}

/** Return a product that was looked at, or undefined. */
export async function seen({ database }, id) {
    return (await database.get("pages", PREFIX + id))?.data;
}
