/**
 * What there is to choose of a product: for each attribute its values, each leading to the variant that has it and, of
 * the other attributes, as much as possible of what the present one has.
 *
 * @param {Object} product as `GET /products/{id}` tells it; others name no variants
 * @returns {{id: number, name: string, values: Object[]}[]} values: {valueId, value, productId, isChosen}
 */
export function choices({ id, attributes = [], variants = [] }) {
    const found = new Map();
    const own = new Set(attributes.map(({ value_id }) => value_id));
    for (const variant of variants) {
        for (const { id: attributeId, name, value_id: valueId, value } of variant.attributes) {
            if (!found.has(attributeId)) {
                found.set(attributeId, { id: attributeId, name, values: new Map() });
            }
            const { values } = found.get(attributeId);
            const likeness = variant.attributes.filter(({ value_id }) => own.has(value_id)).length;
            if (!values.has(valueId) || likeness > values.get(valueId).likeness) {
                values.set(valueId, { valueId, value, productId: variant.id, likeness });
            }
        }
    }
    return [...found.values()].filter(({ values }) => values.size > 1).map(({ values, ...attribute }) => ({
        ...attribute,
        values: [...values.values()].map(({ likeness: _likeness, ...value }) => {
            const isChosen = own.has(value.valueId);
            return { ...value, isChosen, productId: isChosen ? id : value.productId };
        }),
    }));
}
