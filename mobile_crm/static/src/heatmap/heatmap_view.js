import { Component, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useModelWithSampleData } from "@web/model/model";
import { useSetupAction } from "@web/search/action_hook";
import { CogMenu } from "@web/search/cog_menu/cog_menu";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { ActionHelper } from "@web/views/action_helper";
import { standardViewProps } from "@web/views/standard_view_props";
import { HeatmapArchParser } from "./heatmap_arch_parser";
import { HeatmapModel } from "./heatmap_model";
import { HeatmapRenderer } from "./heatmap_renderer";

export class HeatmapController extends Component {
    static template = "mobile_crm.HeatmapView";
    static components = { ActionHelper, CogMenu, HeatmapRenderer, Layout, SearchBar };
    static props = { ...standardViewProps, modelParams: Object };

    setup() {
        this.action = useService("action");
        this.model = useModelWithSampleData(HeatmapModel, this.props.modelParams);
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ measure: this.model.measure.spec }),
            getContext: () => ({ heatmap_measure: this.model.measure.spec }),
        });
        this.searchBarToggler = useSearchBarToggler();
    }

    /** Show the records that a cell counts. */
    openGroup(group) {
        const { views = [] } = this.env.config;
        const idOf = (type) => (views.find(([, viewType]) => viewType === type) || [false])[0];
        this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: this.env.config.getDisplayName(),
                res_model: this.props.resModel,
                views: ["list", "kanban", "form"].map((type) => [idOf(type), type]),
                domain: group.__domain,
                context: Object.fromEntries(
                    Object.entries(this.props.context).filter(([key]) => !key.startsWith("search_default_"))
                ),
            },
            { viewType: "list" }
        );
    }
}

registry.category("views").add("mobile_heatmap", {
    type: "mobile_heatmap",
    Controller: HeatmapController,
    searchMenuTypes: ["filter", "favorite"],
    props: (genericProps) => {
        const { arch, fields, resModel, state } = genericProps;
        return {
            ...genericProps,
            modelParams: {
                archInfo: new HeatmapArchParser().parse(arch, fields),
                fields,
                measure: state?.measure,
                resModel,
            },
        };
    },
});
