def migrate(cr, version):
    """Tell the stores and fences whose position is known: so far, 0 and 0 meant that it is not.

    The column `sphere` is made anew, for it depends on that now.
    """
    cr.execute("""
        ALTER TABLE mobile_store DROP COLUMN IF EXISTS sphere, ADD COLUMN is_located boolean;
        ALTER TABLE mobile_geofence DROP COLUMN IF EXISTS sphere, ADD COLUMN is_located boolean;
        UPDATE mobile_store SET is_located = latitude <> 0 OR longitude <> 0;
        UPDATE mobile_geofence SET is_located = latitude <> 0 OR longitude <> 0;
    """)
