// The shifts of Chinese maps: WGS-84 -> GCJ-02 (Amap, Tencent) -> BD-09 (Baidu). The formulas are those
// published by googollee/eviltransform and wandergis/coordtransform, which agree; an app that converts by any
// other table is not recognised. Pure.
#pragma once

namespace storesweep::traffic {

struct Place {
  double latitude = 0, longitude = 0;  // degrees
};

Place gcj02_of(Place wgs84);
Place bd09_of(Place gcj02);

}  // namespace storesweep::traffic
