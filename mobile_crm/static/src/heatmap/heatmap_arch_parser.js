import { visitXML } from "@web/core/utils/xml";

export class HeatmapArchParser {
    /**
     * @param {Element} arch of a heat map: fields of type row, col and measure
     * @param {Object} fields of the model
     * @returns {{row: string, col: string, measures: {spec: string, label: string, field?: string, widget?: string}[]}}
     *  of which the first measure is the number of records
     */
    parse(arch, fields) {
        const info = { measures: [{ spec: "__count", label: arch.getAttribute("string") }] };
        visitXML(arch, (node) => {
            if (node.tagName !== "field") {
                return;
            }
            const name = node.getAttribute("name");
            const type = node.getAttribute("type");
            if (type !== "measure") {
                info[type] = name;
                return;
            }
            info.measures.push({
                spec: `${name}:${node.getAttribute("aggregate") || fields[name].aggregator}`,
                label: node.getAttribute("string") || fields[name].string,
                widget: node.getAttribute("widget"),
                field: name,
            });
        });
        return info;
    }
}
