import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";
import { readPhoneCode } from "@mobile_crm_pos/app/tools/phone_code";

patch(BarcodeReader.prototype, {
    /** What phones show is told by its text, whatever nomenclature the till has. */
    async _scan(code) {
        const shown = code && !this.exclusiveCbMap && readPhoneCode(code);
        const callbacks = [...this.cbMaps].map((cbMap) => cbMap.phone).filter(Boolean);
        if (!shown || !callbacks.length) {
            return super._scan(...arguments);
        }
        for (const callback of callbacks) {
            await callback(shown, code);
        }
    },
});
