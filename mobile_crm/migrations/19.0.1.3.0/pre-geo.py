def migrate(cr, version):
    """Tell the stores and fences whose position is known, and move the cities to the stores.

    So far, latitude 0 and longitude 0 meant that the position is not known. A fence that was drawn while its store had
    none stands where the store is now. The column `sphere` is made anew, for it depends on that.
    """
    cr.execute("""
        ALTER TABLE mobile_store DROP COLUMN IF EXISTS sphere, ADD COLUMN IF NOT EXISTS is_located boolean,
                                 ADD COLUMN IF NOT EXISTS city varchar;
        ALTER TABLE mobile_geofence DROP COLUMN IF EXISTS sphere, ADD COLUMN IF NOT EXISTS is_located boolean;
        UPDATE mobile_store store
           SET is_located = store.latitude <> 0 OR store.longitude <> 0, city = partner.city
          FROM res_partner partner WHERE partner.id = store.partner_id;
        UPDATE mobile_geofence fence
           SET latitude = store.latitude, longitude = store.longitude
          FROM mobile_store store
         WHERE store.id = fence.store_id AND fence.latitude = 0 AND fence.longitude = 0;
        UPDATE mobile_geofence SET is_located = latitude <> 0 OR longitude <> 0;
    """)
