/**
 * Shopping lists and favourites, which work without the network: what is changed is kept on the phone at once and told to the
 * server when there is a way. Ids are made here, and only what was changed is sent, so that two phones lose nothing.
 */
import { toRaw } from "@odoo/owl";
import { ListChoice } from "../components/list_choice";
import { Problem } from "./api";
import { _t } from "./texts";

/** What the server says of something that another phone has taken away: then it is as wished, or there is nothing to do. */
const GONE = "not_found";

/** Return the lines in their order: what is still to be bought first. */
export function sorted(lines) {
    return [...lines].sort((one, other) => one.done - other.done || one.position - other.position);
}

/** Send a change of what is kept already; where the server refuses it, its own state comes back. */
async function send(env, entry) {
    try {
        return await env.queue.send(entry);
    } catch (error) {
        if (!(error instanceof Problem)) {
            throw error;
        }
        if (error.code !== GONE) {
            env.ui.notice(error.errors[0]?.msg || error.message, { kind: "danger" });
        }
        env.sync.now().catch(() => {});
        return null;
    }
}

/** Change what is kept, and send that: it goes into the queue first, so that nothing is seen that is lost. */
function change(env, entry, work) {
    send(env, entry);
    return env.kept.change(work);
}

/** Change a list as it is kept at this moment, by a function that returns another one. */
function edit(env, listId, entry, to) {
    return change(env, entry, async ({ items }) => {
        const kept = await items.get(["lists", listId]);
        if (kept) {
            await items.put({ ...kept, value: to(kept.value) });
        }
    });
}

const end = (lines) => Math.max(0, ...lines.map((line) => line.position)) + 1;

function newLine(line, position) {
    return {
        id: crypto.randomUUID(), version: 0, product_id: null, text: "", quantity: 1, unit: null, note: null, done: false,
        ...line, position,
    };
}

/** What the server is told of a new line: the version is its own. */
const told = ({ version: _version, ...line }) => line;

/**
 * Make a list.
 *
 * @param {Object} env
 * @param {string} name
 * @param {Object[]} [lines] of another list, such as of one that was deleted a moment ago
 * @returns {Promise<Object>} the list
 */
export async function makeList(env, name, lines = []) {
    const list = { id: crypto.randomUUID(), name, version: 0, lines: lines.map((line, at) => ({
        ...newLine(line, at + 1), id: crypto.randomUUID() })) };
    await change(env, {
        method: "POST", path: "/lists", label: name,
        body: { id: list.id, name, lines: list.lines.map(told) },
    }, ({ items }) => items.put({ kind: "lists", id: list.id, value: list }));
    return list;
}

export function renameList(env, list, name) {
    const entry = { method: "PATCH", path: `/lists/${list.id}`, body: { name }, label: name };
    return edit(env, list.id, entry, (kept) => ({ ...kept, name }));
}

/** Delete a list; the customer can take that back for a moment. */
export async function removeList(env, list) {
    await change(env, { method: "DELETE", path: `/lists/${list.id}`, label: list.name },
        ({ items }) => items.delete(["lists", list.id]));
    env.ui.notice(_t("“%s” was deleted.", list.name), {
        action: { label: _t("Undo"), run: () => makeList(env, list.name, sorted(list.lines)) } });
}

/**
 * Put something on a list.
 *
 * @param {Object} env
 * @param {string} listId
 * @param {Object} what
 * @param {string} what.text in the customer's words, or the product's name
 * @param {number} [what.product_id]
 * @param {number} [what.quantity]
 * @param {Object} [product] as the API tells it, to be shown without the network
 * @returns {Promise<Object>} the line
 */
export async function addLine(env, listId, what, product = null) {
    const line = newLine(what, end(env.kept.one("lists", listId)?.lines || []));
    const entry = { method: "POST", path: `/lists/${listId}/lines`, body: { lines: [told(line)] }, label: line.text };
    await change(env, entry, async ({ items }) => {
        const kept = await items.get(["lists", listId]);
        await items.put({ ...kept, value: { ...kept.value, lines: [...kept.value.lines, line] } });
        if (product) {
            await items.put({ kind: "products", id: product.id, value: toRaw(product) });
        }
    });
    return line;
}

/** Put a product on a list, or more of it where it is on it. */
export async function addProduct(env, list, product, quantity = 1) {
    const there = list.lines.find((line) => line.product_id === product.id && !line.done);
    if (there) {
        await changeLine(env, list.id, there, { quantity: there.quantity + quantity });
    } else {
        await addLine(env, list.id, { product_id: product.id, text: product.name, quantity }, product);
    }
}

/** Change some of a line's fields. */
export function changeLine(env, listId, line, changes) {
    const entry = { method: "PATCH", path: `/lists/${listId}/lines/${line.id}`, body: changes, label: line.text };
    return edit(env, listId, entry, (list) => ({
        ...list, lines: list.lines.map((kept) => (kept.id === line.id ? { ...kept, ...changes } : kept)) }));
}

/** Take a line off; the customer can take that back for a moment. */
export async function removeLine(env, listId, line) {
    const entry = { method: "DELETE", path: `/lists/${listId}/lines/${line.id}`, label: line.text };
    await edit(env, listId, entry, (list) => ({ ...list, lines: list.lines.filter((kept) => kept.id !== line.id) }));
    env.ui.notice(_t("“%s” is off the list.", line.text), {
        action: { label: _t("Undo"), run: () => putBack(env, listId, line) } });
}

/** Under another id: the server has deleted the one. */
function putBack(env, listId, line) {
    const back = { ...line, id: crypto.randomUUID() };
    const entry = { method: "POST", path: `/lists/${listId}/lines`, body: { lines: [told(back)] }, label: back.text };
    return edit(env, listId, entry, (list) => ({ ...list, lines: [...list.lines, back] }));
}

/**
 * Put a product on one of the customer's lists: the only one, the one that they choose, or a new one. They are told.
 *
 * @param {Object} env
 * @param {Object} product as the API tells it
 * @param {number} [quantity]
 * @returns {Promise<boolean>} whether it is on a list now
 */
export async function putOnList(env, product, quantity = 1) {
    if (!(await env.session.need(_t("Sign in to keep shopping lists.")))) {
        return false;
    }
    const { lists } = env.kept.state;
    let listId = lists[0]?.id;
    if (lists.length > 1) {
        listId = await env.ui.sheet(_t("On which list?"), ListChoice);
        if (!listId) {
            return false;
        }
    }
    let list = env.kept.one("lists", listId);
    if (list) {
        await addProduct(env, list, product, quantity);
    } else {
        const line = { product_id: product.id, text: product.name, quantity };
        list = await makeList(env, _t("Shopping list"), [line]);
        await env.kept.put("products", toRaw(product));
    }
    env.ui.notice(_t("It is on “%s”.", list.name), {
        kind: "success", action: { label: _t("Show"), run: () => env.router.go(`/lists/${list.id}`) } });
    return true;
}

/** Whether the customer has marked a product. (Read `env.kept.state` by `useState` to be told of changes.) */
export function isFavourite(env, productId) {
    return Boolean(env.kept.state.favourites?.product_ids.includes(productId));
}

/**
 * Mark a product, or take the mark away.
 *
 * @param {Object} env
 * @param {Object} product as the API tells it
 * @returns {Promise<boolean>} whether it is marked now
 */
export async function toggleFavourite(env, product) {
    if (!(await env.session.need(_t("Sign in to keep your favourites.")))) {
        return isFavourite(env, product.id);
    }
    const isOn = !isFavourite(env, product.id);
    await setFavourite(env, product, isOn);
    return isOn;
}

/** Mark a product of the customer who is signed in, or take the mark away. */
export function setFavourite(env, product, isOn) {
    const entry = { method: isOn ? "PUT" : "DELETE", path: `/favourites/${product.id}`, label: product.name };
    return change(env, entry, async ({ items }) => {
        const ids = (await items.get(["favourites", 0]))?.value.product_ids || [];
        const others = ids.filter((id) => id !== product.id);
        await items.put({ kind: "favourites", id: 0, value: { product_ids: isOn ? [product.id, ...others] : others } });
        if (isOn) {
            await items.put({ kind: "products", id: product.id, value: toRaw(product) });
        }
    });
}
